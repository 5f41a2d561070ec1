import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(__dirname, '..');
const RUN = 'bench/run.mjs';

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function only(name: string): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [RUN, '--only', name], { cwd: ROOT }, (_, stdout, stderr) => {
      done({ code: child.exitCode, said: stdout + stderr });
    });
  });
}

describe('the benchmarks', () => {
  let temporary: string;
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'bench-broken-off-'));
    // PostgreSQL does not run as root, and has to get through.
    await chmod(temporary, 0o755);
  });
  afterAll(() => rm(temporary, { recursive: true, force: true }));

  it('say how those that take minutes are named, and what there is', async () => {
    const [slow, unknown] = await Promise.all([only('report'), only('convert.fast')]);
    expect(slow.code).toBe(1);
    expect(slow.said).toMatch(/in full:\n {2}npm run bench -- --only report\.campaign-day\n/);
    expect(unknown.code).toBe(1);
    expect(unknown.said).toMatch(/There are:\n {2}click\.redirect\.[\s\S]* {2}report\.campaign-day\n/);
  });

  it('leave neither files nor processes behind when they are broken off', async () => {
    const child = spawn(process.execPath, [RUN, '--only', 'click.redirect.durable.postgres'], {
      cwd: ROOT,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: temporary },
    });
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    const pid = child.pid as number;
    const left = async () => (await readdir(temporary)).map((name) => name.replace(/-[^-]+$/, ''));
    while (child.exitCode === null && !(await left()).includes('tallyback-postgres')) {
      await new Promise((next) => setTimeout(next, 20));
    }
    expect(await left()).toContain('tallyback-bench');
    process.kill(pid, 'SIGTERM');
    expect(await ended).toBe(143);
    expect(await left()).toEqual([]);
    expect(() => process.kill(-pid, 0)).toThrow('ESRCH');
  });
});
