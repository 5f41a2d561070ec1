import { setImmediate as nextTurn } from 'node:timers/promises';
import { Analytics } from '@segment/analytics-node';

/** `track`: kept in memory, sent in batches in the background; what is in memory is lost with the process. */
export async function openSegment({ url }) {
  // A batch that is not full waits for the interval, 10 s by default; here that would only be idle time between rounds.
  const analytics = new Analytics({ writeKey: 'bench', host: url, flushInterval: 250 });
  const failures = [];
  analytics.on('error', (error) => failures.push(error));
  return {
    analytics,
    // It takes the call at once; the caller goes on in the next turn of the loop, as a request handler would.
    store(conversion) {
      analytics.track(eventOf(conversion));
      return nextTurn();
    },
    async settle() {
      await analytics.flush({ timeout: 60_000 });
      if (failures.length > 0) throw new Error(`Segment failed: ${JSON.stringify(failures[0])}`);
    },
    close: () => analytics.closeAndFlush({ timeout: 10_000 }),
  };
}

export function eventOf({ clickId, event, ...properties }) {
  return { userId: clickId, event, properties };
}
