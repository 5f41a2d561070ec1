import type { DataSource } from 'typeorm';
import { queueDeliveryEntity, queueMessageEntity } from './queue/typeorm/tables.js';
import { TypeormQueue, type TypeormQueueOptions } from './queue/typeorm/typeorm-queue.js';
import { checkQueueOptions, flag, timeLimit } from './queue-options.js';

export { queueMigrations } from './queue/typeorm/migrations.js';
export { QUEUE_MIGRATIONS_TABLE } from './queue/typeorm/tables.js';
export type { TypeormQueue, TypeormQueueOptions };

/**
 * The queue's entities. Listing them in the host's `DataSource` is optional: it keeps `migration:generate` quiet about the
 * tables and lets the host read them.
 */
export const queueEntities = [queueMessageEntity, queueDeliveryEntity];

/**
 * A queue in tables `tallyback_queue_*` of the host's own database: PostgreSQL, or SQLite through TypeORM's
 * `better-sqlite3` type (with better-sqlite3 or libsql as its driver). `convert(conversion, { manager })` stores the
 * conversion in the caller's transaction: committed, it is delivered; rolled back, it never existed.
 *
 * What survives what:
 * - crash, SIGKILL or `process.exit()` after `convert()` resolved: everything. With `{ manager }`: after the commit.
 * - crash or power cut of the database's machine: whatever the database's own commits survive. PostgreSQL with
 *   `synchronous_commit = on` (its default): everything. SQLite in WAL mode survives a power cut only with
 *   `synchronous = FULL`; with NORMAL the last commits may be undone.
 * - the database cannot be reached: `convert()` rejects with `QueueUnavailableError` as soon as the driver gives up, for
 *   which PostgreSQL's pool needs `connectTimeoutMS`; deliveries go on when it is back.
 * - the database's disk is lost: nothing but its backups.
 *
 * Latency: what this process has stored is sent at once, with `{ manager }` at once after the commit. What another process
 * stored and did not send itself is found within 30 seconds. Any number of processes may share the tables; each claim uses
 * `FOR UPDATE SKIP LOCKED`.
 *
 * On SQLite the queue works on the host's one connection, between its transactions, in the host's own thread: for many
 * orders per second `sqliteQueue()` is the better one.
 *
 * @param dataSource initialized by the host, and closed by it: after `tallyback.close()`
 * @throws {ConfigurationError} when the data source is of another type, and for options that cannot work
 */
export function typeormQueue(dataSource: DataSource, options?: TypeormQueueOptions): TypeormQueue {
  checkQueueOptions('typeormQueue()', options, { migrate: flag, lockTimeoutMs: timeLimit });
  return new TypeormQueue(dataSource, options);
}
