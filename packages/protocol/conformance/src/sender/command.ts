import { Arguments, UsageError } from '../arguments.js';
import { choose, readCases } from '../case-files.js';
import { caseLines, jsonReport, type Output, summaryLine } from '../report.js';
import type { SenderCase } from './case.js';
import { runSender } from './run-sender.js';
import { type SenderSettings, senderKeys } from './settings.js';

const OPTIONS = {
  listen: 'text',
  host: 'text',
  advertiser: 'text',
  secret: 'text',
  'secret-env': 'text',
  'next-secret': 'text',
  'next-secret-env': 'text',
  'public-key': 'text',
  'retry-after': 'text',
  attempts: 'text',
  'min-delay': 'text',
  quiet: 'text',
  limit: 'text',
  tolerance: 'text',
  only: 'list',
  list: 'flag',
  json: 'flag',
} as const;

/**
 * `tallyback-conformance sender`: plays a receiver for a sender.
 *
 * @returns whether every case passed that could be tried, and nothing came that belongs to none
 * @throws {UsageError}
 */
export async function senderCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  out: Output,
  signal: AbortSignal,
): Promise<boolean> {
  const args = new Arguments(argv, OPTIONS);
  const found = choose(readCases<SenderCase>('sender'), args.list('only'));
  if ('unknown' in found) throw new UsageError(`--only ${found.unknown}: there is no such case; --list names them`);
  const { chosen } = found;
  if (args.flag('list')) {
    for (const { name, says } of chosen) out.print(`${name}: ${says}`);
    return true;
  }
  args.required('listen', 'the port to listen on, 0 for any');
  const port = args.wholeNumber('listen', 0, 0, 65_535);
  const host = args.text('host') ?? '127.0.0.1';
  const ready = ({ url, messages }: { url: string; messages: readonly unknown[] }) => {
    out.remark(`send to ${url} what ${url}/plan lists: ${messages.length} messages`);
  };
  const playing = runSender(readSettings(args, env), chosen, { port, host, ready, signal });
  const { results, faults } = await playing.catch((error: NodeJS.ErrnoException) => {
    throw error.code === undefined
      ? error
      : new UsageError(`--listen ${port}: ${error.code === 'EADDRINUSE' ? 'the port is in use' : error.message}`);
  });
  if (args.flag('json')) out.print(jsonReport('sender', results, faults));
  else {
    for (const result of results) out.print(caseLines(result));
    for (const fault of faults) out.print(`FAIL ${fault}`);
    out.print(summaryLine(results));
  }
  return faults.length === 0 && results.every(({ result }) => result !== 'fail');
}

function readSettings(args: Arguments, env: NodeJS.ProcessEnv): SenderSettings {
  const secret = args.secret('secret', env);
  const nextSecret = args.secret('next-secret', env);
  const publicKey = args.text('public-key');
  if (secret === undefined && publicKey === undefined) {
    throw new UsageError('--secret (or --secret-env NAME) or --public-key is needed: what the sender signs with');
  }
  const settings = {
    advertiser: args.text('advertiser') ?? 'acme',
    ...(secret !== undefined && { secret }),
    ...(nextSecret !== undefined && { nextSecret }),
    ...(publicKey !== undefined && { publicKey }),
    retryAfterSeconds: args.wholeNumber('retry-after', 3, 2, 3_600),
    attempts: args.wholeNumber('attempts', 10, 2, 100),
    minDelayMs: args.wholeNumber('min-delay', 100, 0, 3_600_000),
    quietMs: args.wholeNumber('quiet', 3_000, 100, 3_600_000),
    limitMs: 1_000 * args.wholeNumber('limit', 120, 1, 86_400),
    toleranceSeconds: args.wholeNumber('tolerance', 300, 1, 86_400),
  };
  try {
    senderKeys(settings);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
  return settings;
}
