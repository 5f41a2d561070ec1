import { join } from 'node:path';
import { ask } from '../lib/child.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';

const NAME = 'convert.loop-delay';
const PER_SECOND = 2_000;
const MILLISECONDS = 3_000;

/**
 * How late a host's timers fire (99th percentile) while it stores and delivers 2,000 a second, against the same host that
 * makes the same conversions and throws them away. Lower is better. Each measurement is a process of its own.
 */
async function measure({ folder, redis, sink, rounds, progress }) {
  const [{ url }, store] = await Promise.all([sink(), redis()]);
  const host = (contender, options = {}) => {
    const work = { contender, options: { url, ...options }, perSecond: PER_SECOND, milliseconds: MILLISECONDS };
    return async () => (await ask('paced-host.mjs', work)).delayMicroseconds;
  };
  const contenders = {
    tallyback: host('tallyback', { path: join(folder, 'loop-delay.db') }),
    'the same host without convert': host('nothing'),
    'Segment track (in memory)': host('segment'),
  };
  if (store) contenders['BullMQ add'] = host('bullmq', { port: store.port, name: NAME });
  return rowsOf(NAME, 'tallyback', await interleave(contenders, rounds, progress), 'µs p99', 'lower');
}

export const cases = { [NAME]: measure };
