import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyPair, createSecret } from '@tallyback/protocol';
import { SmallReceiver } from './support/small-receiver.js';
import { type Plan, SmallSender } from './support/small-sender.js';

const MAIN = fileURLToPath(new URL('../../packages/protocol/conformance/dist/main.js', import.meta.url));
const SECRET = createSecret();
const KEY_PAIR = createKeyPair();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function call(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { ...process.env, ...env } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

describe('the command tallyback-conformance', () => {
  const sender = { secrets: [SECRET], publicKey: KEY_PAIR.publicKey };
  let right: SmallReceiver;
  let wrong: SmallReceiver;

  beforeAll(async () => {
    right = await new SmallReceiver(sender).listen();
    wrong = await new SmallReceiver(sender, 'counts in floating point').listen();
  });

  afterAll(() => Promise.all([right.close(), wrong.close()]));

  const receiver = ({ url, clickId }: SmallReceiver, ...more: string[]) =>
    call(
      ['receiver', '--url', url, '--advertiser', 'acme', '--secret-env', 'THE_SECRET', '--click-id', clickId, ...more],
      { THE_SECRET: SECRET },
    );

  it('ends with 0 and a line for every case when a receiver is right', async () => {
    const { code, stdout, stderr } = await receiver(right, '--only', 'money', '--only', 'signature.v1a');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('ok   money.kwd: KWD has three decimals\n');
    expect(stdout).toContain(
      'skip signature.v1a: a message signed with the ed25519 key is recorded\n       needs --signing-key\n',
    );
    expect(stdout).toMatch(/20 cases: 19 passed, 0 failed, 1 skipped\n$/);
  });

  it('ends with 1 and says what was wrong when a receiver is not', async () => {
    const { code, stdout } = await receiver(wrong, '--only', 'money.eur-exact-1');
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL money.eur-exact-1: 1.15 EUR stay 1.15, as they do not in binary fractions\n');
    expect(stdout).toContain('body.revenue.amount: expected "1.15", got "1.14"');
  });

  it('writes one JSON document when it is asked to', async () => {
    const { stdout } = await receiver(wrong, '--only', 'money.eur-exact-1', '--only', 'money.eur-short', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      kit: 'receiver',
      summary: { passed: 1, failed: 1, skipped: 0 },
      cases: [
        { name: 'money.eur-short', result: 'pass', faults: [] },
        { name: 'money.eur-exact-1', result: 'fail', faults: [expect.stringContaining('1.14')] },
      ],
    });
  });

  it.each(['--help', 'receiver --help', 'sender -h'])('says how it is used (%s)', async (words) => {
    const { code, stdout, stderr } = await call(words.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('tallyback-conformance receiver --url URL');
  });

  it.each([
    ['another word', ['tracker'], /there is no "tracker"/],
    [
      'an option that there is not',
      ['receiver', `--sekret=${SECRET}`],
      /--sekret is not understood; known here: --url/,
    ],
    ['a value missing', ['receiver', '--click-id', '--secret', SECRET], /: --click-id needs a value\n/],
    ['a value of a flag', ['receiver', `--json=${SECRET}`], /: --json takes no value\n/],
    ['a secret missing', ['receiver', '--url', 'http://127.0.0.1:9'], /--secret/],
    [
      'a token without a click of its own',
      [
        'receiver',
        '--url',
        'http://127.0.0.1:9',
        '--advertiser',
        'a',
        '--click-id',
        'c',
        '--secret',
        SECRET,
        '--token',
        't',
      ],
      /--token \(or --token-env NAME\) and --token-click-id are needed together/,
    ],
    ['a secret that is none', ['sender', '--listen', '0', '--secret', 'whsec_short'], /--secret must be whsec_/],
    ['a case that there is not', ['sender', '--only', 'money'], /--only money: there is no such case/],
    ['an empty variable', ['sender', '--listen', '0', '--secret-env', 'NOT_SET'], /NOT_SET is empty/],
    ['a port that is none', ['sender', '--listen', '99999', '--secret', SECRET], /--listen must be a whole number/],
  ])('ends with 2 and one line for %s, and shows no secret', async (_, args, message) => {
    const { code, stdout, stderr } = await call(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain(SECRET.slice('whsec_'.length));
  });

  it('ends with 2 and one line when nobody answers', async () => {
    const gone = await new SmallReceiver(sender).listen();
    await gone.close();
    const { code, stderr } = await receiver(gone);
    expect(code).toBe(2);
    expect(stderr).toContain('no answer: ECONNREFUSED');
  });

  it.each([
    ['0 when a sender is right', 'none', 0],
    ['1 when a sender is not', 'sends everything twice', 1],
  ] as const)('plays a receiver and ends with %s', async (_, fault, expected) => {
    const args = [
      'sender',
      '--listen',
      '0',
      '--secret',
      SECRET,
      '--only',
      'accepted',
      '--quiet',
      '500',
      '--limit',
      '20',
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    const url = await new Promise<string>((resolve) => {
      createInterface(child.stderr).once('line', (line) => resolve(/http\S+(?=\/plan)/.exec(line)?.[0] ?? ''));
    });
    const plan = (await (await fetch(`${url}/plan`)).json()) as Plan;
    const sending = new SmallSender({ secrets: [SECRET], secretKey: KEY_PAIR.secretKey }, fault).send(plan);
    expect(await ended).toBe(expected);
    await sending;
    expect(lines.at(-1)).toBe(
      expected === 0 ? '7 cases: 7 passed, 0 failed, 0 skipped' : '7 cases: 0 passed, 7 failed, 0 skipped',
    );
  });
});
