import type { EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import type { TrackerStorage } from './tracker-storage.js';
import { TransactionJoinError } from './transaction-join-error.js';

/** An open transaction of the host's. */
export interface HostTransaction {
  readonly runner: QueryRunner;
  /** False from its end on: the same query runner may have begun another one. */
  open: boolean;
}

/** Finds the transactions of the host's that something is done in, and tells how they end. */
export class HostTransactions<Known extends HostTransaction> {
  private readonly known = new WeakMap<QueryRunner, Known>();
  private readonly subscriber: EntitySubscriberInterface = {
    afterTransactionCommit: ({ queryRunner }) => this.ended(queryRunner, true),
    afterTransactionRollback: ({ queryRunner }) => this.ended(queryRunner, false),
  };

  /**
   * @param make What is known of a transaction when it is joined for the first time.
   * @param onEnd Told when one that was joined has been committed or rolled back.
   */
  constructor(
    private readonly storage: TrackerStorage,
    private readonly make: (runner: QueryRunner) => Known,
    private readonly onEnd: (transaction: Known, committed: boolean) => void,
  ) {}

  /**
   * The open transaction of a manager.
   *
   * @throws TransactionJoinError when it has none, or is another database's.
   */
  of(manager: EntityManager): Known {
    const runner = this.checked(manager);
    const known = this.known.get(runner);
    if (known) return known;
    const made = this.make(runner);
    this.known.set(runner, made);
    // Only now: `DataSource.initialize()` makes the list anew.
    const { subscribers } = runner.connection;
    if (!subscribers.includes(this.subscriber)) subscribers.push(this.subscriber);
    return made;
  }

  stop(): void {
    const subscribers = this.storage.lent?.subscribers ?? [];
    const index = subscribers.indexOf(this.subscriber);
    if (index >= 0) subscribers.splice(index, 1);
  }

  private checked({ queryRunner: runner }: EntityManager): QueryRunner {
    const { lent } = this.storage;
    if (!lent) {
      throw new TransactionJoinError(
        'another_data_source',
        'The tracker opened a database of its own (database: …), and no transaction spans two. Give the tracker the data ' +
          'source that the manager is of: TrackerModule.forRoot({ dataSource }), or import TypeOrmModule and leave database out.',
      );
    }
    if (runner && runner.connection !== lent) {
      throw new TransactionJoinError(
        'another_data_source',
        'It belongs to another data source than the one that the tracker was given. Begin the transaction on that one.',
      );
    }
    if (!runner?.isTransactionActive) {
      throw new TransactionJoinError(
        'no_transaction',
        'It has no transaction open. Pass the manager that dataSource.transaction(async (manager) => …) hands out, before ' +
          'it ends, and await what is done with it.',
      );
    }
    return runner;
  }

  private ended(runner: QueryRunner, committed: boolean): void {
    // A savepoint's end is announced likewise, while the transaction goes on.
    const transaction = this.known.get(runner);
    if (!transaction || runner.isTransactionActive) return;
    this.known.delete(runner);
    transaction.open = false;
    this.onEnd(transaction, committed);
  }
}
