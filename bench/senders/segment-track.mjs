import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventOf, openSegment } from '../contenders/segment.mjs';
import { callTimes } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';
import { countdown } from '../lib/countdown.mjs';

const CALLERS = 100;

/** `track` by a hundred callers until its callback says sent: from memory, unsigned, many events in one request. */
export async function segmentTrack({ url, messages }) {
  const { analytics, close } = await openSegment({ url });
  const conversion = conversions();
  return {
    async deliverAll() {
      const all = countdown(messages);
      await callTimes(messages, CALLERS, () => {
        analytics.track(eventOf(conversion()), (error) => (error ? all.failed(error) : all.done()));
        return nextTurn();
      });
      await all.finished;
    },
    close,
  };
}
