import { setImmediate as nextTurn } from 'node:timers/promises';
import { PostHog } from 'posthog-node';

/** `capture`: kept in memory, sent in batches in the background; what is in memory is lost with the process. */
export async function openPosthog({ url }) {
  // Beyond maxQueueSize (1,000) it drops the oldest event without a word, which would be a fast way to do nothing.
  const posthog = new PostHog('bench', { host: url, maxQueueSize: 10_000_000 });
  const failures = [];
  posthog.on('error', (error) => failures.push(error));
  return {
    store({ clickId, event, ...properties }) {
      posthog.capture({ distinctId: clickId, event, properties });
      return nextTurn();
    },
    async settle() {
      await posthog.flush();
      if (failures.length > 0) throw new Error('PostHog failed', { cause: failures[0] });
    },
    close: () => posthog.shutdown(10_000),
  };
}
