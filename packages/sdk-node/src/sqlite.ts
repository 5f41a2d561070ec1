import type { Queue } from './queue/queue.js';
import { SqliteQueue, type SqliteQueueOptions } from './queue/sqlite/sqlite-queue.js';
import { checkQueueOptions } from './queue-options.js';

export type { SqliteQueueOptions };

const PATH = { fits: (value: unknown) => typeof value === 'string', wanted: 'the path of a file' };

/**
 * A queue in an SQLite file, written by a worker thread. Nothing is opened before the first use.
 *
 * What was accepted is on the disk before the receipt is given, and what a hand did to dead letters before it is told so: it
 * survives a killed process, a crash of the system and a power cut. What became of deliveries is left to the operating system, where it survives a killed process; what a power cut
 * takes of it is sent once more, under the same id. A delivery may leave before its receipt is given. When the disk fails,
 * whoever waits for a receipt gets `QueueUnavailableError`, and none is given to anybody until all that was written before is
 * known to be in the file; whether their conversions were stored, a repeated `convert()` finds out: it stores them, or answers
 * with the first receipt.
 *
 * @throws {ConfigurationError} when `path` cannot name a file, or there is an option that does not exist
 */
export function sqliteQueue(options?: SqliteQueueOptions): Queue {
  checkQueueOptions('sqliteQueue()', options, { path: PATH });
  return new SqliteQueue(options);
}
