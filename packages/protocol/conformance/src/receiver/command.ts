import { Arguments, UsageError } from '../arguments.js';
import { choose, readCases } from '../case-files.js';
import { caseLines, jsonReport, type Output, summaryLine } from '../report.js';
import type { ReceiverCase } from './case.js';
import { HttpClient } from './http-client.js';
import { runReceiver } from './run-receiver.js';
import { keysOf, type Target } from './target.js';

const OPTIONS = {
  url: 'text',
  advertiser: 'text',
  secret: 'text',
  'secret-env': 'text',
  'click-id': 'text',
  'next-secret': 'text',
  'next-secret-env': 'text',
  'signing-key': 'text',
  'signing-key-env': 'text',
  token: 'text',
  'token-env': 'text',
  'token-click-id': 'text',
  tolerance: 'text',
  timeout: 'text',
  only: 'list',
  list: 'flag',
  json: 'flag',
} as const;

/**
 * `tallyback-conformance receiver`: sends the cases to a receiver.
 *
 * @returns whether every case passed that could be tried
 * @throws {UsageError}
 */
export async function receiverCommand(argv: readonly string[], env: NodeJS.ProcessEnv, out: Output): Promise<boolean> {
  const args = new Arguments(argv, OPTIONS);
  const found = choose(readCases<ReceiverCase>('receiver'), args.list('only'));
  if ('unknown' in found) throw new UsageError(`--only ${found.unknown}: there is no such case; --list names them`);
  const { chosen } = found;
  if (args.flag('list')) {
    for (const { name, says } of chosen) out.print(`${name}: ${says}`);
    return true;
  }
  const target = readTarget(args, env);
  await requireAnswer(target);
  const json = args.flag('json');
  const results = await runReceiver(target, chosen, (result) => {
    if (!json) out.print(caseLines(result));
  });
  out.print(json ? jsonReport('receiver', results) : summaryLine(results));
  return results.every(({ result }) => result !== 'fail');
}

/** One line instead of as many as there are cases. */
async function requireAnswer(target: Target): Promise<void> {
  const client = new HttpClient(target);
  try {
    await client.send({ method: 'GET', path: '/', headers: {} });
  } catch (error) {
    throw new UsageError(`--url ${target.url}: ${(error as Error).message}`);
  } finally {
    client.close();
  }
}

function readTarget(args: Arguments, env: NodeJS.ProcessEnv): Target {
  const secret = args.secret('secret', env);
  if (secret === undefined)
    throw new UsageError('--secret (or --secret-env NAME) is needed: the whsec_ secret of the advertiser');
  const target = {
    url: readUrl(args.required('url', 'the base URL of the receiver')),
    advertiser: args.required('advertiser', 'the key of an advertiser of the receiver'),
    clickId: args.required('click-id', 'a click of an offer of the advertiser in EUR'),
    secret,
    ...optional('nextSecret', args.secret('next-secret', env)),
    ...optional('signingKey', args.secret('signing-key', env)),
    ...readToken(args, env),
    toleranceSeconds: args.wholeNumber('tolerance', 300, 30, 86_400),
    timeoutMs: 1_000 * args.wholeNumber('timeout', 10, 1, 600),
  };
  try {
    keysOf(target);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
  return target;
}

function readToken(args: Arguments, env: NodeJS.ProcessEnv): Pick<Target, 'token'> {
  const [value, clickId] = [args.secret('token', env), args.text('token-click-id')];
  if (value === undefined && clickId === undefined) return {};
  if (value === undefined || clickId === undefined)
    throw new UsageError('--token (or --token-env NAME) and --token-click-id are needed together');
  return { token: { value, clickId } };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url.href.replace(/\/$/, '');
  throw new UsageError('--url must be a base URL such as https://track.example.com');
}

function optional<K extends string>(name: K, value: string | undefined): { readonly [name in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [name in K]: string });
}
