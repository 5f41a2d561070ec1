import type { Redis, RedisOptions } from 'ioredis';
import { asQueueUnavailable, ConfigurationError, QueueUnavailableError } from '../../errors.js';
import type { Recall } from '../../recall.js';
import { keptRecall, keptText } from '../kept.js';
import { firstStep } from '../not-waited-for.js';
import type {
  Claim,
  ClaimedDelivery,
  ClaimRequest,
  EnqueueResult,
  ListPage,
  ListRequest,
  NewMessage,
  Queue,
  QueueCounts,
  QueuedDelivery,
  Settlement,
} from '../queue.js';
import { storableText } from '../storable-text.js';
import { isClient, RedisLink } from './redis-link.js';
import { type ClaimReply, type FirstReply, type ListReply, seqText, toClaimed, toFirst, toQueued } from './replies.js';
import type { ScriptName } from './scripts.js';

export interface BullmqQueueOptions {
  /**
   * What all keys begin with. The braces keep them in one slot. Two shops on one Redis need two prefixes. Default
   * `{tallyback}`.
   */
  readonly prefix?: string;
  /** How long a call may take, connecting included, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** Works also with a server that has no append-only file, or may evict any key. Default false: such a one is refused. */
  readonly acceptLoss?: boolean;
}

/** {@link Queue} in Redis: a handful of keys, changed by one script per operation. */
export class BullmqQueue implements Queue {
  readonly #link: RedisLink;
  #closed: Promise<void> | undefined;

  /** @throws {ConfigurationError} when `connection` cannot be one */
  constructor(connection: Redis | RedisOptions, options: BullmqQueueOptions = {}) {
    if (typeof connection !== 'object' || connection === null) {
      throw new ConfigurationError('connection', 'must be an ioredis client or the options of one, as for BullMQ');
    }
    if (isClient(connection) && connection.isCluster) {
      throw new ConfigurationError('connection', 'is a Redis Cluster, which is not supported; give a single server');
    }
    const { prefix = '{tallyback}', timeoutMs = 5_000, acceptLoss = false } = options;
    this.#link = new RedisLink(connection, { prefix, timeoutMs, acceptLoss });
  }

  async open(): Promise<void> {
    await this.#guarded(() => this.#link.open());
  }

  async enqueue(message: NewMessage): Promise<EnqueueResult> {
    const { kind, event, transactionId, id, createdAt, deliveries } = message;
    const rows = deliveries.flatMap((delivery) => {
      const { id: own, destination, body, dead } = delivery;
      const state = dead === undefined ? ['pending', ''] : ['dead', storableText(dead)];
      return [own, destination, body, ...state, firstStep(message, delivery)];
    });
    const given = [kind, event, transactionId, id, createdAt, keptText(message), ...rows];
    const first = await this.#run<FirstReply | null>('enqueue', given);
    return first ? { stored: false, first: toFirst(first) } : { stored: true };
  }

  async recall(event: string, transactionId: string): Promise<Recall | undefined> {
    return keptRecall(await this.#run<string | null>('recall', [event, transactionId]));
  }

  async claim({ destination, limit, leaseMs, now }: ClaimRequest): Promise<ClaimedDelivery[]> {
    const rows = await this.#run<ClaimReply[]>('claim', [destination, now, limit, now + leaseMs]);
    return rows.map((row) => toClaimed(row, destination)).sort((a, b) => a.seq - b.seq);
  }

  async settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    const given = settlements.flatMap((settlement) => {
      const { seq, id, fence, outcome } = settlement;
      const [at, step] = outcome === 'retry' ? [settlement.at, settlement.step] : [0, 0];
      const answer = outcome === 'retry' || outcome === 'dead' ? storableText(settlement.answer) : '';
      return [seqText(seq), id, fence, outcome, at, step, answer];
    });
    return (await this.#run<number[]>('settle', given)).map((applied) => applied === 1);
  }

  async extend(claims: readonly Claim[], until: number): Promise<boolean[]> {
    const given = claims.flatMap(({ seq, id, fence }) => [seqText(seq), id, fence]);
    return (await this.#run<number[]>('extend', [until, ...given])).map((extended) => extended === 1);
  }

  async nextDue(destinations: readonly string[]): Promise<number | undefined> {
    const times = await this.#run<string[]>('nextDue', destinations);
    return times.length === 0 ? undefined : Math.min(...times.map(Number));
  }

  async counts(destinations: readonly string[]): Promise<QueueCounts> {
    const rows = await this.#run<(string | null)[][]>('counts', destinations);
    const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
    return { pending: sum(0), inFlight: sum(1), dead: sum(2) };
  }

  async list({ state, destination, since = 0, limit, cursor = '0' }: ListRequest): Promise<ListPage> {
    const items: QueuedDelivery[] = [];
    for (let from = cursor; ; ) {
      const rows = await this.#run<ListReply[]>('list', [state ?? 'all', from, limit]);
      for (const row of rows) {
        const item = toQueued(row);
        from = row[0];
        if (item.createdAt < since || (destination !== undefined && item.destination !== destination)) continue;
        items.push(item);
        if (items.length === limit) return { items, next: from };
      }
      if (rows.length < limit) return { items };
    }
  }

  replay(ids: readonly string[], now: number): Promise<number> {
    return this.#run<number>('replay', [now, ...ids]);
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#run<number>('discard', ids);
  }

  close(): Promise<void> {
    this.#closed ??= this.#link.close();
    return this.#closed;
  }

  async #run<Reply>(script: ScriptName, given: readonly (string | number)[]): Promise<Reply> {
    return (await this.#guarded(() => this.#link.run(script, given))) as Reply;
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new QueueUnavailableError('The queue is closed.');
    try {
      return await work();
    } catch (error) {
      throw asQueueUnavailable(error, 'Redis cannot be used');
    }
  }
}
