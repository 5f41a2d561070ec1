import { setTimeout as sleep } from 'node:timers/promises';
import { openTallyback } from '../contenders/tallyback.mjs';
import { callTimes } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';

const CALLERS = 100;
/** Long enough for a claim, the poll for other work and the garbage of the burst to be over. */
const SETTLE_MS = 3_000;

// Answers the resident memory after each level of pending deliveries.
process.once('message', async ({ options, levels }) => {
  const { store, close } = await openTallyback(options);
  const conversion = conversions(`${process.pid}`);
  const mebibytes = [];
  let stored = 0;
  for (const level of levels) {
    await callTimes(level - stored, CALLERS, () => store(conversion()));
    stored = level;
    await sleep(SETTLE_MS);
    mebibytes.push(process.memoryUsage.rss() / 2 ** 20);
  }
  process.send({ mebibytes });
  await close();
  process.disconnect();
});
