import type { DataSource } from 'typeorm';
import { sqliteConnectionOf } from './sqlite-connection.js';
import { DatabaseClosedError } from './storage-failure.js';

/**
 * First in, first out for everything that writes to SQLite. TypeORM has one connection there, and a connection has one
 * transaction: a second one at the same time is refused, and a stray statement would run inside it and be rolled back
 * with it.
 */
export class SqliteTurns {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` when everything before it has ended and no transaction of the host's is open.
   *
   * @throws DatabaseClosedError when the data source has been closed meanwhile.
   */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(async () => {
      await this.hostTransactionEnds();
      return work();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** A host that shares its data source opens transactions that know nothing of our turns; wait until they are over. */
  private async hostTransactionEnds(): Promise<void> {
    const connection = sqliteConnectionOf(this.dataSource);
    // Asked of a closed connection, libsql's `inTransaction` aborts the whole process.
    while (connection.open && connection.inTransaction) await new Promise(setImmediate);
    if (!connection.open) throw new DatabaseClosedError();
  }
}
