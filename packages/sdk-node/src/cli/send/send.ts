import { printableLines } from '../../printable.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { exchange, prepare } from './exchange.js';
import { Report } from './report.js';
import { TARGET_OPTIONS, targetOf } from './target.js';
import { CONVERSION_OPTIONS, testConversion } from './test-conversion.js';

/** `tallyback send` */
export const send: Command = {
  name: 'send',
  summary: 'Send a test conversion; show the request, what was signed, the answer and what it means',
  usage: '--url URL --advertiser KEY | --template URL | --network NAME --url URL',
  about: `Sends once, exactly as the delivery engine would, without any queue. What arrives counts as a real conversion there:
use a transaction id of a test, or --dry-run, which shows the request and sends nothing.

--click-id is a click id of ours. Another network's goes into the metadata: --metadata NAME=ID --set clickIdField=NAME.`,
  options: {
    ...TARGET_OPTIONS,
    ...CONVERSION_OPTIONS,
    'dry-run': { type: 'boolean', about: 'show the request, send nothing' },
    timeout: { type: 'string', value: 'SECONDS', about: 'how long to wait for the answer (default: 15)' },
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'tallyback send --url https://track.example.com --advertiser acme --secret-env TALLYBACK_SECRET --dry-run',
    'tallyback send --url https://track.example.com --advertiser acme --click-id 01k... --revenue 49.90 --currency EUR',
    "tallyback send --template 'https://partner.example/pb?id={clickid}&sum={revenue}' --click-id 01k...",
    'tallyback send --network tune --url https://acme.go2cloud.org --set offerId=7 --set clickIdField=tune --metadata tune=102...',
  ],
  exits: { ok: 'delivered (with --dry-run: it could be sent)', failed: 'not delivered, or it cannot be sent there' },
  async run(context) {
    const { args, json, terminal, now, signal } = context;
    const timeoutMs = args.wholeNumber('timeout', 15, 1, 600) * 1000;
    const message = await testConversion(context);
    const { destination, secrets } = await targetOf(context);
    const prepared = await prepare(destination, message, now());
    const { transactionId } = message.data;
    if ('unsendable' in prepared) {
      const { unsendable } = prepared;
      if (json) terminal.print(JSON.stringify({ ok: false, transactionId, unsendable }));
      else terminal.print(`${terminal.paint('red', 'not sent')}: ${printableLines(unsendable)}`);
      return EXIT.failed;
    }
    const { request } = prepared;
    const report = new Report(request, secrets);
    if (!json) terminal.print(report.describeSent(terminal));
    if (args.flag('dry-run')) {
      if (json) terminal.print(JSON.stringify({ ok: true, dryRun: true, transactionId, ...report.sent() }));
      else terminal.print(`\n${terminal.paint('cyan', 'dry run')}: nothing was sent`);
      return EXIT.ok;
    }
    terminal.progress(`waiting for ${request.origin} ...`);
    const received = await exchange(destination, request, { timeoutMs, signal, now });
    terminal.progress('');
    const ok = 'verdict' in received && received.verdict.outcome === 'delivered';
    if (json) terminal.print(JSON.stringify({ ok, transactionId, ...report.sent(), ...report.received(received) }));
    else terminal.print(`\n${report.describeReceived(received, terminal)}`);
    return ok ? EXIT.ok : EXIT.failed;
  },
};
