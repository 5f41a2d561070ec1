import { MemoryQueue, type MemoryQueueOptions } from './queue/memory/memory-queue.js';
import type { Queue } from './queue/queue.js';
import { checkQueueOptions } from './queue-options.js';

export type { MemoryQueueOptions };

const COUNT = {
  fits: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
  wanted: 'a whole number, at least 0',
};

/**
 * A queue that forgets everything when the process ends: for tests, and for those who accept the loss knowingly.
 * `sqliteQueue()` is the default for a reason.
 *
 * @throws {ConfigurationError} for options that cannot work
 */
export function memoryQueue(options?: MemoryQueueOptions): Queue {
  checkQueueOptions('memoryQueue()', options, { remember: COUNT });
  return new MemoryQueue(options);
}
