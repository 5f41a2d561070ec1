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

  /** @param lent The host's data source, which may be the same or have the same file open. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly lent?: DataSource,
  ) {}

  /**
   * Runs `work` when everything before it has ended and no transaction of the host's is open.
   *
   * @throws DatabaseClosedError when the data source has been closed meanwhile.
   */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(async () => {
      // A host's transactions know nothing of our turns. To wait for the lock inside SQLite would stop the event loop,
      // and with it the host's transaction that we wait for.
      while (inTransaction(this.dataSource) || inTransaction(this.lent)) await new Promise(setImmediate);
      if (!sqliteConnectionOf(this.dataSource).open) throw new DatabaseClosedError();
      return work();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

function inTransaction(dataSource: DataSource | undefined): boolean {
  const connection = dataSource && sqliteConnectionOf(dataSource);
  // Asked of a closed connection, libsql's `inTransaction` aborts the whole process.
  return connection?.open === true && connection.inTransaction;
}
