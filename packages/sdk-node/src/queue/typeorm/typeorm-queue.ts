import type { DataSource, EntityManager } from 'typeorm';
import { asQueueUnavailable, ConfigurationError, QueueUnavailableError } from '../../errors.js';
import type { Recall } from '../../recall.js';
import { keptRecall } from '../kept.js';
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
  Settlement,
} from '../queue.js';
import { CommitWatch } from './commit-watch.js';
import { dialectOf } from './dialect.js';
import { migrate } from './migrate.js';
import { PostgresStore } from './postgres-store.js';
import { SqliteStore } from './sqlite-store.js';
import { SqliteTurns } from './sqlite-turns.js';
import type { QueueStore } from './store.js';

export interface TypeormQueueOptions {
  /**
   * Makes and updates the queue's tables at the first use, with a history table of its own. `false` when the host runs
   * `queueMigrations` itself. Default true.
   */
  readonly migrate?: boolean;
  /**
   * How long an operation waits for a transaction of the host's, in milliseconds, before it rejects: on SQLite for any on
   * the same connection, on PostgreSQL for one that has stored a message of the same (event, transaction id). At least 1.
   * Default 5,000.
   */
  readonly lockTimeoutMs?: number;
}

/** {@link Queue} in tables of the host's database, reached through its own TypeORM `DataSource`. */
export class TypeormQueue implements Queue {
  /** `enqueue` takes an `EntityManager`, whose transaction it joins. */
  readonly joinsTransactions = true;
  readonly #watch: CommitWatch;
  readonly #prepare: () => Promise<QueueStore>;
  #store: Promise<QueueStore> | undefined;
  #closed = false;

  /**
   * @param tables what the names of its tables begin with; others than the usual ones are their owner's to make
   * @throws {ConfigurationError} when the data source is of a type that is not supported
   */
  constructor(
    private readonly dataSource: DataSource,
    { migrate: migrating = true, lockTimeoutMs = 5_000 }: TypeormQueueOptions = {},
    tables?: string,
  ) {
    const dialect = dialectOf(dataSource);
    this.#watch = new CommitWatch(dataSource);
    this.#prepare = async () => {
      const turns = new SqliteTurns(dataSource, lockTimeoutMs);
      if (migrating) await migrate(dataSource, dialect, turns);
      return dialect === 'postgres'
        ? new PostgresStore(dataSource, lockTimeoutMs, tables)
        : new SqliteStore(dataSource, turns, tables);
    };
  }

  async open(): Promise<void> {
    await this.#with(async () => {});
  }

  /** @param manager the caller's; when it has a transaction open, the message is stored with it or not at all */
  enqueue(message: NewMessage, manager?: EntityManager): Promise<EnqueueResult> {
    return this.#with(async (store) => {
      const runner = manager?.queryRunner;
      if (!manager || !runner?.isTransactionActive) return store.enqueue(message);
      if (runner.connection !== this.dataSource) {
        throw new ConfigurationError('manager', 'belongs to another DataSource than the one given to typeormQueue()');
      }
      this.#watch.joined(runner);
      const result = await store.enqueueIn(manager, message);
      return result.stored ? { stored: true, joined: true } : result;
    });
  }

  /** @param manager the caller's; what its open transaction has stored is known, too */
  recall(event: string, transactionId: string, manager?: EntityManager): Promise<Recall | undefined> {
    return this.#with(async (store) => {
      const joined = manager?.queryRunner?.isTransactionActive ? manager : undefined;
      const kept = joined ? store.keptIn(joined, event, transactionId) : store.kept(event, transactionId);
      return keptRecall(await kept);
    });
  }

  /** @param wake called when a transaction that `enqueue` had joined is committed: its messages can be claimed now */
  watch(wake: () => void): void {
    this.#watch.onCommit(wake);
  }

  claim(request: ClaimRequest): Promise<ClaimedDelivery[]> {
    return this.#with((store) => store.claim(request));
  }

  settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    return this.#with((store) => store.settle(settlements));
  }

  extend(claims: readonly Claim[], until: number): Promise<boolean[]> {
    return this.#with((store) => store.extend(claims, until));
  }

  nextDue(destinations: readonly string[]): Promise<number | undefined> {
    return this.#with((store) => store.nextDue(destinations));
  }

  counts(destinations: readonly string[]): Promise<QueueCounts> {
    return this.#with((store) => store.counts(destinations));
  }

  list(request: ListRequest): Promise<ListPage> {
    return this.#with((store) => store.list(request));
  }

  replay(ids: readonly string[], now: number): Promise<number> {
    return this.#with((store) => store.replay(ids, now));
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#with((store) => store.discard(ids));
  }

  /** The data source stays open: it is the host's. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.stop();
  }

  async #with<T>(work: (store: QueueStore) => Promise<T>): Promise<T> {
    if (this.#closed) throw new QueueUnavailableError('The queue is closed.');
    if (!this.dataSource.isInitialized) {
      throw new QueueUnavailableError('The DataSource is not initialized; call its initialize() first.');
    }
    this.#store ??= this.#prepare();
    const preparing = this.#store;
    try {
      const store = await preparing.catch((error: unknown) => {
        // The next call tries again: the database may be back by then.
        if (this.#store === preparing) this.#store = undefined;
        throw error;
      });
      return await work(store);
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw asQueueUnavailable(error, 'The queue tables cannot be used');
    }
  }
}
