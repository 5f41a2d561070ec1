import { createKeyPair, createSecret } from '@tallyback/protocol';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';

/** `tallyback keys new` */
export const keysNew: Command = {
  name: 'keys new',
  summary: 'Make a signing secret, or with --ed25519 a key pair',
  usage: '[--ed25519]',
  about: `A secret (whsec_...) is shared: the advertiser signs with it, the tracker verifies with it. With --ed25519 the first
line is the secret key (whsk_...), which stays with the advertiser; the second is the public key (whpk_...), all that the
tracker needs. Only the keys go to standard output.`,
  options: { ed25519: { type: 'boolean', about: 'a key pair instead of a shared secret' } },
  positionals: { min: 0, max: 0 },
  examples: ['tallyback keys new', 'tallyback keys new > tallyback.secret', 'tallyback keys new --ed25519 --json'],
  exits: { ok: 'the keys were printed', failed: 'they could not be made' },
  run({ args, json, terminal }) {
    const pair = args.flag('ed25519') ? createKeyPair() : { secret: createSecret() };
    terminal.print(json ? JSON.stringify(pair) : Object.values(pair).join('\n'));
    if (!json) terminal.remark(terminal.paint('dim', advice('publicKey' in pair)));
    return Promise.resolve(EXIT.ok);
  },
};

function advice(pair: boolean): string {
  return pair
    ? 'whsk_ signs: keep it with the sender, e.g. as TALLYBACK_SECRET. whpk_ verifies: it goes to the tracker.'
    : 'Keep it where only the sender and the tracker can read it, e.g. as TALLYBACK_SECRET. Never commit it.';
}
