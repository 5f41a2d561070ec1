import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../lib/waiting.mjs';
import { PRELOAD, PROCESSES } from './actor.mjs';
import { unmount } from './quota.mjs';

const run = promisify(execFile);
const PREFIX = 'tallyback-chaos-';
const OWNER = 'owner.json';

/** A folder for everything that a run writes; says whose it is until it is {@link keepFolder kept}. */
export async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  // PostgreSQL does not run as root, and has to get through.
  await chmod(folder, 0o711);
  writeFileSync(join(folder, OWNER), JSON.stringify({ host: hostname(), pid: process.pid }));
  return folder;
}

/** No later run takes it for something that was left behind. */
export function keepFolder(folder) {
  return rm(join(folder, OWNER), { force: true });
}

/**
 * Takes down what runs have left that were killed themselves: a mounted disk, a database server, files. Only what says whose
 * it is, when nobody of that id lives on this machine.
 *
 * @returns {Promise<string[]>} the folders
 */
export async function removeLeftovers() {
  const removed = [];
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || !(await isAbandoned(folder))) continue;
    await thaw(folder);
    await endDatabases(folder);
    await unmount(join(folder, 'queue'));
    await rm(folder, { recursive: true, force: true });
    removed.push(folder);
  }
  return removed;
}

async function isAbandoned(folder) {
  try {
    const { host, pid } = JSON.parse(await readFile(join(folder, OWNER), 'utf8'));
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Every process ends with its run, if it is not frozen. */
async function thaw(folder) {
  const pids = await readFile(join(folder, PROCESSES), 'utf8').catch(() => '');
  for (const pid of pids.split('\n').filter((line) => line !== '')) {
    if ((await argumentsOf(pid)).includes(PRELOAD)) process.kill(Number(pid), 'SIGCONT');
  }
}

/** Of a process; an id may be somebody else's by now. */
async function argumentsOf(pid) {
  // Small images have no ps.
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const { stdout } = await run('ps', ['-o', 'args=', '-ww', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout;
}

/** PostgreSQL does not end with whoever started it. */
async function endDatabases(folder) {
  for (const name of await readdir(folder)) {
    const data = join(folder, name, 'data');
    const pidFile = join(data, 'postmaster.pid');
    if (!existsSync(pidFile)) continue;
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (!(await argumentsOf(pid)).includes(data)) continue;
    process.kill(pid, 'SIGQUIT');
    await until(() => !existsSync(pidFile), { what: `the end of the database in ${data}`, withinMs: 20_000 });
  }
}
