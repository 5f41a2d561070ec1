import { MemoryQueue, type MemoryQueueOptions } from './queue/memory/memory-queue.js';
import type { Queue } from './queue/queue.js';

export type { MemoryQueueOptions };

/**
 * A queue that forgets everything when the process ends: for tests, and for those who accept the loss knowingly.
 * `sqliteQueue()` is the default for a reason.
 */
export function memoryQueue(options?: MemoryQueueOptions): Queue {
  return new MemoryQueue(options);
}
