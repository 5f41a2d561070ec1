import { memoryQueue } from '../../src/memory.js';
import type { Queue } from '../../src/queue/queue.js';

export interface KeptQueue {
  /** What a sender is given: a queue that its close() leaves open. */
  readonly queue: Queue;
  /** The queue itself, for whoever comes after. */
  readonly kept: Queue;
  /** Resolves when nothing is in flight to a destination, which the end of a sender waits for no longer than it may. */
  handedBack(destination: string): Promise<void>;
}

/** A queue in memory that outlives its sender, as one on a disk does. */
export function keptQueue(): KeptQueue {
  const kept = memoryQueue();
  let look = async () => {};
  const settle: Queue['settle'] = async (settlements) => {
    const applied = await kept.settle(settlements);
    await look();
    return applied;
  };
  const own: Partial<Queue> = { settle, close: async () => {} };
  const queue = new Proxy(kept, {
    get: (target, name) => {
      if (name in own) return own[name as keyof Queue];
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const handedBack = (destination: string) =>
    new Promise<void>((resolve, reject) => {
      look = async () => {
        if ((await kept.counts([destination])).inFlight === 0) resolve();
      };
      look().catch(reject);
    });
  return { queue, kept, handedBack };
}
