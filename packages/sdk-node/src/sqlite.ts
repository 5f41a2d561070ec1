import type { Queue } from './queue/queue.js';
import { SqliteQueue, type SqliteQueueOptions } from './queue/sqlite/sqlite-queue.js';

export type { SqliteQueueOptions };

/**
 * A queue in an SQLite file, written by a worker thread: what was accepted is on the disk before the receipt is given.
 * Nothing is opened before the first use.
 *
 * @throws {ConfigurationError} when `path` cannot name a file
 */
export function sqliteQueue(options?: SqliteQueueOptions): Queue {
  return new SqliteQueue(options);
}
