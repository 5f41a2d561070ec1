import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(__dirname, '..');
/** Kills, a full disk and all other faults are spread over its time. */
const SEED = 'autumn';

interface Verdict {
  readonly conversions: number;
  readonly kills: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly fullDisk: { readonly times: number; readonly putOff: number };
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
  'a secret in the output of a process': /-: shop printed the advertiser's secret at 20/,
  'the id of a customer in the output of a process': /-: shop printed the id of a customer at 20/,
  'an address that is stored in full': /click \w{26} is stored as ".* 203\.0\.113\.9", not as ".* 203\.0\.113\.0"/,
  'a change in another currency': /^order-10: the ledger of \S+ says ".* USD.*", not "/m,
  'a partner who was told another currency': /came as "\d [\d.]+ USD .*" \(ids, sum, click\), not "/,
  'a counter in another currency': /the counter of \w+ says .* USD/,
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

  describe('about two minutes of it', () => {
    const DATABASES = ['sqlite', 'postgres'];
    let runs: PromiseSettledResult<Run>[];
    // At the same time: most of it is waiting.
    beforeAll(async () => {
      const orders = ['--minutes', '0.7', '--conversions', '600', '--seed', SEED];
      runs = await Promise.allSettled(DATABASES.map((database) => run(database, ['--database', database, ...orders])));
    }, 360_000);

    it.each(DATABASES)(
      'counts every order exactly once on %s, whatever is killed, cut, delayed or said twice',
      (name) => {
        const ended = runs[DATABASES.indexOf(name)];
        if (ended?.status !== 'fulfilled') throw ended?.reason;
        const { code, said, verdict } = ended.value;
        expect([code, verdict.differences, code === 0 ? '' : said]).toEqual([0, [], '']);
        expect(verdict.conversions).toBe(600);
        expect(verdict.kills).toBeGreaterThan(0);
        expect(Object.keys(verdict.faults).length).toBeGreaterThan(25);
        const hasDisk = !said.includes('skipped: a full disk');
        expect(verdict.fullDisk.times > 0).toBe(hasDisk);
      },
    );
  });

  describe('that does not end by itself', () => {
    let temporary: string;
    beforeAll(async () => {
      temporary = join(folder, 'broken-off');
      // PostgreSQL does not run as root, and has to get through.
      for (const path of [folder, temporary]) await mkdir(path, { recursive: true }).then(() => chmod(path, 0o755));
    });

    /** Ends it as soon as there are faults. `reach`: the harness alone, or all of its processes as a terminal does. */
    const endEarly = async (signal: 'SIGKILL' | 'SIGINT', reach: 'harness' | 'all'): Promise<number | null> => {
      const child = spawn(process.execPath, ['chaos/run.mjs', '--database', 'postgres'], {
        cwd: ROOT,
        detached: true,
        env: { ...process.env, TMPDIR: temporary },
      });
      const closed = new Promise<number | null>((done) => child.once('exit', done));
      const pid = child.pid as number;
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (/ chaos$/.test(line)) process.kill(reach === 'all' ? -pid : pid, signal);
      });
      return await closed;
    };

    it('takes everything down when it is broken off, and what an earlier run left that was killed', async () => {
      await endEarly('SIGKILL', 'harness');
      const [left = ''] = await readdir(temporary);
      expect(left).toMatch(/^tallyback-chaos-/);
      const servers = (await readdir(join(temporary, left))).filter((name) => name.startsWith('tallyback-postgres-'));
      const pidFile = join(temporary, left, servers[0] ?? '', 'data', 'postmaster.pid');
      const server = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
      expect(await endEarly('SIGINT', 'all')).toBe(130);
      expect(await readdir(temporary)).toEqual([]);
      expect(() => process.kill(server, 0)).toThrow('ESRCH');
    }, 120_000);
  });

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
    expect(said).toMatch(/the story of order-\d+\n {2}what its buyer wanted:\n {4}a (purchase|lead) in /);
    expect(said).toMatch(/ {2}what happened:\n +\d+\.\d+ s {2}was redirected with click/);
  }, 120_000);
});
