import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../scripts/net/free-ports.js';

export const REDIS_MISSING =
  'no redis-server on the PATH: rows against BullMQ are left out (e.g. apt-get install redis-server)';

/**
 * A Redis server of its own that waits for the disk at every write, as a queue of money has to.
 *
 * @param {string} folder where its files go; whoever made it removes it
 * @returns {Promise<{ port: number, stop(): Promise<void> } | undefined>} undefined when the machine has no Redis
 */
export async function startRedis(folder) {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const port = await freePort();
  const dir = await mkdtemp(join(folder, 'redis-'));
  const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'yes', appendfsync: 'always' };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await ready(child, ended);
  return {
    port,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function ready(child, ended) {
  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`redis-server ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout }).on(
      'line',
      (line) => line.includes('Ready to accept connections') && resolve(),
    );
  });
}
