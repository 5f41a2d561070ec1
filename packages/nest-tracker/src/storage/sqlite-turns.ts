import type { DataSource } from 'typeorm';
import { sqliteConnectionOf } from './sqlite-connection.js';
import { DatabaseClosedError, HostTransactionError } from './storage-failure.js';

/** How long a transaction of the host's is waited for; PostgreSQL's statements are given up at about the same time. */
const PATIENCE_MS = 30_000;

/**
 * First in, first out for everything that writes to SQLite. TypeORM has one connection there, and a connection has one
 * transaction: a second one at the same time is refused, and a stray statement would run inside it and be rolled back
 * with it.
 */
export class SqliteTurns {
  private last: Promise<unknown> = Promise.resolve();
  /** When a turn has ended last: until then nobody has waited for the host. */
  private lastEnd = 0;

  /**
   * @param lent The host's data source, which may be the same or have the same file open.
   * @param patienceMs How long a transaction of the host's is waited for.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly lent?: DataSource,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Runs `work` when everything before it has ended and no transaction of the host's is open.
   *
   * @throws DatabaseClosedError when the data source has been closed meanwhile.
   * @throws HostTransactionError when one of the host's does not end.
   */
  take<T>(work: () => Promise<T>): Promise<T> {
    const asked = performance.now();
    const turn = this.last.then(async () => {
      await this.hostIsDone(asked);
      if (!sqliteConnectionOf(this.dataSource).open) throw new DatabaseClosedError();
      try {
        return await work();
      } finally {
        this.lastEnd = performance.now();
      }
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * A host's transactions know nothing of our turns. To wait for the lock inside SQLite would stop the event loop, and
   * with it the host's transaction that we wait for; and one that itself waits for us would never end.
   */
  private async hostIsDone(asked: number): Promise<void> {
    while (inTransaction(this.dataSource) || inTransaction(this.lent)) {
      // Those who came while it was waited for have waited, too: it is not begun anew for each of them.
      const waited = performance.now() - Math.max(asked, this.lastEnd);
      if (waited > this.patienceMs) throw new HostTransactionError(this.patienceMs);
      await new Promise(setImmediate);
    }
  }
}

function inTransaction(dataSource: DataSource | undefined): boolean {
  const connection = dataSource && sqliteConnectionOf(dataSource);
  // Asked of a closed connection, libsql's `inTransaction` aborts the whole process.
  return connection?.open === true && connection.inTransaction;
}
