import { join } from 'node:path';
import { openTallyback } from '../contenders/tallyback.mjs';
import { callTimes } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';
import { countdown } from '../lib/countdown.mjs';

const CALLERS = 100;

/** `convert()` by a hundred callers; a delivery is done when it is settled in the queue's file. */
export async function tallybackEndToEnd({ folder, url, messages, inFlight }) {
  const path = join(folder, 'delivery.db');
  const { tallyback, store, close } = await openTallyback({ path, url, concurrency: inFlight });
  const conversion = conversions();
  let all;
  tallyback.on('delivered', () => all.done());
  for (const bad of ['retry', 'dead']) tallyback.on(bad, ({ why }) => all.failed(new Error(`${bad}: ${why}`)));
  return {
    async deliverAll() {
      all = countdown(messages);
      await callTimes(messages, CALLERS, () => store(conversion()));
      await all.finished;
    },
    close,
  };
}
