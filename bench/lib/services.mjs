import { startPostgres } from '../../scripts/postgres/start-postgres.mjs';
import { startServer } from './child.mjs';
import { REDIS_MISSING, startRedis } from './redis.mjs';

/**
 * What contenders need beside them, each started when first asked for and shared by all benchmarks of a run.
 *
 * @param {string} folder for their files
 * @param {(line: string) => void} say told once when something is missing on this machine
 */
export function services(folder, say) {
  const running = new Map();
  let isOver = false;
  const once = (name, start) => {
    if (isOver) throw new Error(`${name} is not started: the run was broken off`);
    if (!running.has(name)) running.set(name, start());
    return running.get(name);
  };
  return {
    postgres: () => once('postgres', () => startPostgres({ durable: true })),
    redis: () =>
      once('redis', async () => {
        const redis = await startRedis(folder);
        if (!redis) say(REDIS_MISSING);
        return redis;
      }),
    /** Answers every kind of delivery with success, in a process of its own. */
    sink: () => once('sink', () => startServer('sink.mjs')),
    async stop() {
      isOver = true;
      const started = await Promise.allSettled(running.values());
      await Promise.allSettled(started.map(({ value }) => value?.stop()));
    },
  };
}
