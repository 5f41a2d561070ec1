import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(__dirname, '..');

interface Verdict {
  readonly conversions: number;
  readonly kills: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly differences: readonly { readonly subject?: string; readonly what: string }[];
}

interface Run {
  readonly code: number | null;
  readonly said: string;
  readonly verdict: Verdict;
}

/** What planted faults make the auditor say. */
const FINDINGS = {
  'a conversion that was confirmed and never recorded': /convert\(\) has resolved; it is counted 0 times/,
  'an update that was confirmed and never made':
    /^order-(1[4-9]|[23]\d): is stored as "\w+ \w+ approved .*, not as "\w+ \w+ refunded /m,
  'a click that was redirected and not stored': /click 01kaaaaaaaaaaaaaaaaaaaaaaa was redirected and is not stored/,
  'a partner who was not told': /partner: "\/blog\/json order-\d+ \w+" was (never told|heard and never taken)/,
  'an order that the shop does not know': /its buyer has receipt x; the shop's journal says nothing/,
  'a cent too much': /^order-9: is stored as "purchase|^order-9: is stored as "lead/m,
  'a change that left no entry in the ledger': /^order-11: the ledger of \S+ says "", not "/m,
  'a conversion that nobody ordered': /^order-0: is a conversion that nobody ordered/m,
  'sums of reports that the rows do not add up to': /\d+ sums of the rollups are not what the rows say/,
  'a counter that is one off': /the counter of \w+ says \d+ conversions, .*; the books say \d+/,
};

describe('a town of real processes under faults', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chaos-verdict-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (name: string, args: readonly string[]): Promise<Run> => {
    const json = join(folder, `${name}.json`);
    const child = spawn(process.execPath, ['chaos/run.mjs', ...args, '--json', json], { cwd: ROOT });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => lines.push(String(chunk)));
    const code = await new Promise<number | null>((done) => child.once('close', done));
    const said = lines.join('');
    const verdict = await readFile(json, 'utf8').catch(() => {
      throw new Error(`The run did not come to a verdict:\n${said}`);
    });
    return { code, said, verdict: JSON.parse(verdict) as Verdict };
  };

  it.each([
    ['sqlite', []],
    ['postgres', ['--trackers', '2']],
  ])(
    'counts every order exactly once on %s, whatever is killed, cut, delayed or said twice',
    async (database, more) => {
      const orders = ['--minutes', '0.3', '--conversions', '400', '--seed', 'spring'];
      const { code, said, verdict } = await run(database, ['--database', database, ...orders, ...more]);
      expect([code, verdict.differences, code === 0 ? '' : said]).toEqual([0, [], '']);
      expect(verdict.conversions).toBe(400);
      expect(verdict.kills).toBeGreaterThan(0);
      expect(Object.keys(verdict.faults).length).toBeGreaterThan(15);
    },
    180_000,
  );

  it('takes everything down when it is broken off, although Ctrl-C reaches all of its processes', async () => {
    const temporary = join(folder, 'broken-off');
    // PostgreSQL does not run as root, and has to get through.
    for (const path of [folder, temporary]) await mkdir(path, { recursive: true }).then(() => chmod(path, 0o755));
    const child = spawn(process.execPath, ['chaos/run.mjs', '--database', 'postgres'], {
      cwd: ROOT,
      detached: true,
      env: { ...process.env, TMPDIR: temporary },
    });
    const closed = new Promise<number | null>((done) => child.once('close', done));
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (/ chaos$/.test(line)) process.kill(-(child.pid as number), 'SIGINT');
    });
    expect(await closed).toBe(130);
    expect(await readdir(temporary)).toEqual([]);
  }, 60_000);

  it('explains itself when it is asked to', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['chaos/run.mjs', '--help'], { cwd: ROOT });
    expect(stdout).toMatch(/^npm run chaos -- \[--minutes 2\] .*\[--keep\]$/m);
  });

  it('tells every kind of planted fault, with the story of its order', async () => {
    const orders = ['--minutes', '0.05', '--conversions', '40', '--seed', 'liar'];
    const { code, said, verdict } = await run('planted', [...orders, '--plant', 'all']);
    expect(code).toBe(1);
    const found = verdict.differences.map(({ subject, what }) => `${subject ?? '-'}: ${what}`).join('\n');
    const missed = Object.entries(FINDINGS).filter(([, finding]) => !finding.test(found));
    expect(missed.map(([name]) => `${name} was not found in:\n${found}`)).toEqual([]);
    expect(said).toMatch(/differences; seed liar/);
    expect(said).toMatch(/the story of order-\d+\n +\d+\.\d+ s {2}was redirected with click/);
  }, 120_000);
});
