import { DEFAULT_TOLERANCE_SECONDS, KeyError } from '@tallyback/protocol';
import { indent, printableLines } from '../../printable.js';
import type { Command, CommandContext } from '../command.js';
import { EXIT } from '../exit-code.js';
import { CommandError, UsageError } from '../failures.js';
import { readInput } from '../input.js';
import { readSecrets, SECRET_OPTIONS } from '../secret-options.js';
import type { Terminal } from '../terminal.js';
import { readInstant, seenFrom } from '../times.js';
import { checkPost } from './captured-post.js';
import { checkUrl } from './captured-url.js';
import type { CheckResult } from './check.js';
import { fromLine, type Headers, parseHeaders } from './headers.js';

/** `tallyback verify` */
export const verify: Command = {
  name: 'verify',
  summary: 'Check the signature of a captured request and explain what differs',
  usage: '--headers FILE --body FILE | --url URL',
  about: `A POST needs its headers ("Name: value" lines or JSON) and the exact bytes of its body; a signed URL is given whole.
When the signature does not match, the usual causes are tried one by one: line ends, JSON that was parsed and written
again, the text of the secret used as the key, another method or path.

A captured request is old, so its age alone is no fault here: --at says when it was received.`,
  options: {
    headers: { type: 'string', value: 'FILE', about: 'the headers; "-" is standard input' },
    header: {
      type: 'string',
      multiple: true,
      value: '"NAME: VALUE"',
      about: 'one header, instead of or beside --headers',
    },
    body: { type: 'string', value: 'FILE', about: 'the body, byte for byte; "-" is standard input' },
    url: { type: 'string', value: 'URL', about: 'a signed URL (tb_id, tb_ts, tb_sig) instead of headers and body' },
    method: { type: 'string', value: 'METHOD', about: 'the method of --url (default: GET)' },
    ...SECRET_OPTIONS,
    'public-key': { type: 'string', multiple: true, value: 'whpk_...', about: 'the public key of an ed25519 pair' },
    at: { type: 'string', value: 'TIME', about: 'when it was received: RFC 3339 or unix seconds, "now" for now' },
    tolerance: {
      type: 'string',
      value: 'SECONDS',
      about: `how old it may be at --at (default: ${DEFAULT_TOLERANCE_SECONDS})`,
    },
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'tallyback verify --headers request.headers --body request.body --secret-env TALLYBACK_SECRET',
    "tallyback verify --url 'https://track.example.com/postback?txid=1&tb_id=...' --secret-file acme.secret",
    'tallyback verify --headers h.json --body b.bin --public-key whpk_... --at 2026-11-22T10:00:00Z',
  ],
  exits: { ok: 'the signature is genuine', failed: 'a receiver would refuse it, or it could not be read' },
  async run(context) {
    const { json, terminal, now } = context;
    const result = await check(context);
    const ok = result.genuine && result.reason === undefined;
    if (json) terminal.print(JSON.stringify({ ok, ...result }));
    else terminal.print(describe(result, ok, now(), terminal));
    return ok ? EXIT.ok : EXIT.failed;
  },
};

async function check(context: CommandContext): Promise<CheckResult> {
  const { args, now } = context;
  const url = args.text('url');
  const fromFiles = args.has('headers') || args.has('header') || args.has('body');
  if (url === undefined ? !args.has('body') || !(args.has('headers') || args.has('header')) : fromFiles) {
    throw new UsageError('give --headers FILE and --body FILE, or --url URL');
  }
  const inputs = [args.text('headers'), args.text('body'), ...args.list('secret-file')];
  if (inputs.filter((path) => path === '-').length > 1) throw new UsageError('only one of the files can be "-"');
  const received = args.text('at');
  const at = received === undefined ? undefined : readInstant('at', received, now());
  const toleranceSeconds = args.wholeNumber('tolerance', DEFAULT_TOLERANCE_SECONDS, 0, 999_999_999);
  const publicKeys = args.list('public-key');
  // Where a public key verifies, TALLYBACK_SECRET is the sender's own key, which does not.
  const keys = [...(await readSecrets(context, { fallback: publicKeys.length === 0 })), ...publicKeys];
  if (keys.length === 0) {
    throw new UsageError('name the key: --secret-env NAME, --secret-file FILE or --public-key whpk_...');
  }
  try {
    if (url !== undefined) {
      const method = (args.text('method') ?? 'GET').toUpperCase();
      return checkUrl({ url, method, keys, at, toleranceSeconds });
    }
    const body = await readInput(args.required('body', 'the file with the body'));
    return checkPost({ headers: await readHeaders(context), body, keys, at, toleranceSeconds });
  } catch (error) {
    if (error instanceof KeyError) throw new CommandError(error.code, error.message, { cause: error });
    throw error;
  }
}

async function readHeaders({ args }: CommandContext): Promise<Headers> {
  const file = args.text('headers');
  const headers = new Map(file === undefined ? [] : parseHeaders((await readInput(file)).toString('utf8')));
  for (const line of args.list('header')) {
    const [pair] = fromLine(line);
    if (!pair) throw new UsageError('--header must have the form "NAME: VALUE"');
    headers.set(pair[0].toLowerCase(), pair[1]);
  }
  return headers;
}

function describe(result: CheckResult, ok: boolean, now: number, { paint }: Terminal): string {
  const { genuine, reason, detail, base, received, expected, explanations, timestamp } = result;
  const lines = [
    ok ? paint('green', 'genuine') : paint('red', genuine ? `genuine, but refused: ${reason}` : `refused: ${reason}`),
  ];
  if (!ok) lines.push(printableLines(detail));
  for (const explanation of explanations)
    lines.push(`${paint('bold', 'what differs')}: ${printableLines(explanation)}`);
  if (!genuine && explanations.length === 0) {
    lines.push(
      'No usual cause explains it. Most likely the secret is another one; else the request is not what was sent, byte for byte.',
    );
  }
  if (timestamp !== undefined) {
    lines.push(`signed at ${new Date(timestamp * 1000).toISOString()}, ${seenFrom(now, timestamp * 1000)}`);
  }
  if (base !== undefined) lines.push('signed content', indent(printableLines(base)));
  if (received !== undefined) lines.push('signature received', indent(printableLines(received)));
  if (expected !== undefined) lines.push('signature that belongs there', indent(expected));
  return lines.join('\n');
}
