import type { Queue } from '../../src/queue/queue.js';

/** A queue that is still being made, for a suite that wants one at once: every call waits until it is there. */
export function deferredQueue(making: Promise<Queue>): Queue {
  const call =
    (name: keyof Queue) =>
    async (...given: unknown[]) => {
      const queue = await making;
      return (queue[name] as (...given: unknown[]) => unknown)(...given);
    };
  return new Proxy({} as Queue, { get: (_, name) => call(name as keyof Queue) });
}
