import type { Redis, RedisOptions } from 'ioredis';
import { BullmqQueue, type BullmqQueueOptions } from './queue/bullmq/bullmq-queue.js';
import type { Queue } from './queue/queue.js';
import { checkQueueOptions, flag, text, timeLimit } from './queue-options.js';

export type { BullmqQueueOptions };

/**
 * A queue in the Redis of teams that run BullMQ. It takes the connection that BullMQ takes (an ioredis client, which is
 * duplicated and otherwise left alone, or its options) and needs `ioredis`, not BullMQ itself.
 *
 * It does not use BullMQ's jobs, because they cannot keep this queue's promises: a refund must wait for its purchase as
 * long as that is retried or dead (BullMQ keeps no order among retried jobs), an identity must be known for good (a job id
 * deduplicates only while its job is kept), and a late worker must not settle what another has taken over, by the caller's
 * clock. Its keys lie beside BullMQ's below a prefix of their own; each operation is one script, hence atomic.
 *
 * What survives what:
 * - crash, SIGKILL or `process.exit()` after `convert()` resolved: everything.
 * - SIGKILL of the Redis server: everything with `appendfsync always`; with `everysec` also, unless the disk was so slow
 *   that Redis had put off writing (two seconds at most).
 * - power cut of the Redis machine: everything with `appendfsync always`; up to the last second or two is lost with
 *   `everysec` (the default of Redis), although receipts were given. `no` leaves it to the operating system.
 * - failover to a replica: what had not been replicated is lost; replication is asynchronous.
 * - memory full: with `maxmemory-policy noeviction` `convert()` rejects and nothing is lost. A server that may evict any
 *   key, or keeps no append-only file, is refused unless `acceptLoss` is set.
 * - Redis down or hanging: `convert()` rejects with `QueueUnavailableError`, at once when it refuses the connection, after
 *   `timeoutMs` when it does not answer (in that case it may have stored the conversion: calling again is safe). Nothing
 *   waits in memory. Deliveries go on when it is back.
 *
 * Every identity stays in the server's memory, some 200 bytes each: forgetting it would allow duplicates.
 *
 * @throws {ConfigurationError} when `connection` is neither, or a Redis Cluster, and for options that cannot work
 */
export function bullmqQueue(connection: Redis | RedisOptions, options?: BullmqQueueOptions): Queue {
  checkQueueOptions('bullmqQueue()', options, { prefix: text, timeoutMs: timeLimit, acceptLoss: flag });
  return new BullmqQueue(connection, options);
}
