import type { Queue } from './queue/queue.js';
import { SqliteQueue, type SqliteQueueOptions } from './queue/sqlite/sqlite-queue.js';
import { checkQueueOptions } from './queue-options.js';

export type { SqliteQueueOptions };

const PATH = { fits: (value: unknown) => typeof value === 'string', wanted: 'the path of a file' };

/**
 * A queue in an SQLite file, written by a worker thread: what was accepted is on the disk before the receipt is given.
 * Nothing is opened before the first use.
 *
 * @throws {ConfigurationError} when `path` cannot name a file, or there is an option that does not exist
 */
export function sqliteQueue(options?: SqliteQueueOptions): Queue {
  checkQueueOptions('sqliteQueue()', options, { path: PATH });
  return new SqliteQueue(options);
}
