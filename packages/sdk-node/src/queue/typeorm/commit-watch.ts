import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm';

/** Tells when a transaction of the host's, in which something was enqueued, has been committed. */
export class CommitWatch {
  readonly #joined = new WeakSet<QueryRunner>();
  readonly #subscriber: EntitySubscriberInterface;
  #committed: () => void = () => {};

  constructor(private readonly dataSource: DataSource) {
    this.#subscriber = {
      afterTransactionCommit: ({ queryRunner }) => this.#ended(queryRunner, true),
      afterTransactionRollback: ({ queryRunner }) => this.#ended(queryRunner, false),
    };
  }

  onCommit(listener: () => void): void {
    this.#committed = listener;
  }

  joined(queryRunner: QueryRunner): void {
    this.#joined.add(queryRunner);
    // Only now: `DataSource.initialize()` makes the list anew.
    const { subscribers } = this.dataSource;
    if (!subscribers.includes(this.#subscriber)) subscribers.push(this.#subscriber);
  }

  stop(): void {
    const { subscribers } = this.dataSource;
    const index = subscribers.indexOf(this.#subscriber);
    if (index >= 0) subscribers.splice(index, 1);
  }

  #ended(queryRunner: QueryRunner, committed: boolean): void {
    // A savepoint's end is announced likewise, while the transaction goes on.
    if (queryRunner.isTransactionActive || !this.#joined.delete(queryRunner)) return;
    if (committed) this.#committed();
  }
}
