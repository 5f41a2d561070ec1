import { readFile } from 'node:fs/promises';
import { openPostgres } from './intake-database.mjs';

/** Linux counts a process's time in hundredths of a second. */
const TICK_MICROSECONDS = 10_000;

/**
 * Microseconds of processor time that work takes, in this process and, where the database is a server, in its processes.
 *
 * @returns {Promise<number>}
 */
export async function cpuTimeOf(database, work) {
  const before = await serverTime(database);
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system + (await serverTime(database)) - before;
}

/** The same of a database server's processes so far; none where there is no server. */
export async function serverTime(database) {
  if (database.type !== 'postgres') return 0;
  const client = await openPostgres(database);
  const { rows } = await client.query('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
  await client.end();
  const times = await Promise.all(rows.map(({ pid }) => processTime(pid)));
  return times.reduce((sum, time) => sum + time, 0);
}

/** The same of one process so far, on Linux. User and system time are the 14th and 15th field; the second one, in brackets, may hold spaces. */
export async function processTime(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => {
    throw new Error('How much processor time another process takes can only be read on Linux.');
  });
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
}
