import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { conversions } from '../lib/conversions.mjs';
import { pace } from '../lib/pace.mjs';

/** A second to start up and be compiled; it does not count. */
const WARM_UP = 1_000;
/** Loaded only when chosen: no contender pays for the modules of another. */
const OPEN = {
  nothing: async () => ({ store: async () => {}, close: async () => {} }),
  tallyback: async (options) => (await import('../contenders/tallyback.mjs')).openTallyback(options),
  bullmq: async (options) => (await import('../contenders/bullmq.mjs')).openBullmq(options),
  segment: async (options) => (await import('../contenders/segment.mjs')).openSegment(options),
};

process.once('message', async ({ contender, options, perSecond, milliseconds }) => {
  const { store, close } = await OPEN[contender](options);
  const conversion = conversions(`${process.pid}`);
  const stop = pace(perSecond, () => store(conversion()));
  await sleep(WARM_UP);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(milliseconds);
  delay.disable();
  await stop();
  process.send({ delayMicroseconds: delay.percentile(99) / 1000 });
  await close();
  process.disconnect();
});
