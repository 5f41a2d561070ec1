import { openTracker } from '../contenders/intake-tracker.mjs';
import { callTimes } from '../lib/callers.mjs';
import { cpuTimeOf } from '../lib/cpu-time.mjs';
import { fillClicks } from '../lib/fill-clicks.mjs';
import { orders } from '../lib/intake.mjs';
import { databaseMaker } from '../lib/intake-databases.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';
import { storedClicks } from '../lib/stored-clicks.mjs';

const FEW = 1_000;
const TIMES = 10_000;
const AT_ONCE = 250;

/**
 * Processor time of a postback among many stored clicks, against the same among a thousand; clicks are picked mostly from
 * the newest. Lower is better.
 */
async function measure(name, kind, many, context) {
  const create = await databaseMaker(kind, context);
  const opened = [];
  const open = async (count) => {
    const database = await create(`clicks-${count}`);
    const tracker = await openTracker(database);
    opened.push(tracker);
    const clicks = storedClicks(count);
    await fillClicks(database, clicks, tracker.click);
    const order = orders(clicks);
    return async () =>
      (await cpuTimeOf(database, () => callTimes(TIMES, AT_ONCE, () => tracker.store(order())))) / TIMES;
  };
  try {
    const contenders = { tallyback: await open(many), [`${FEW.toLocaleString('en')} clicks`]: await open(FEW) };
    const results = await interleave(contenders, context.rounds, context.progress);
    return rowsOf(name, 'tallyback', results, 'µs of processor time', 'lower');
  } finally {
    await Promise.allSettled(opened.map(({ close }) => close()));
  }
}

export const slowCases = Object.fromEntries(
  ['sqlite', 'postgres'].flatMap((kind) =>
    [
      ['1m', 1_000_000],
      ['10m', 10_000_000],
    ].map(([size, many]) => {
      const name = `intake.clicks.${kind}.${size}`;
      return [name, (context) => measure(name, kind, many, context)];
    }),
  ),
);
