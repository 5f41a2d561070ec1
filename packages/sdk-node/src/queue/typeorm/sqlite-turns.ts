import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { QueueUnavailableError } from '../../errors.js';

/** The part of better-sqlite3's interface that is used; libsql has the same. */
export interface SqliteConnection {
  readonly open: boolean;
  readonly inTransaction: boolean;
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

export interface SqliteStatement {
  /** Always with ONE array: libsql takes a single object for named parameters, and aborts the process on some of them. */
  run(parameters: readonly (string | number | null)[]): { changes: number };
  all(parameters: readonly (string | number | null)[]): unknown[];
}

const PAUSE_MS = 2;

function connectionOf(dataSource: DataSource): SqliteConnection {
  return (dataSource.driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
}

/** Prepares statements of one data source's connection, each text once. */
export function statementsOf(dataSource: DataSource): (sql: string) => SqliteStatement {
  let connection: SqliteConnection | undefined;
  let known = new Map<string, SqliteStatement>();
  return (sql) => {
    const current = connectionOf(dataSource);
    // The host may have destroyed and initialized its data source meanwhile.
    if (connection !== current) known = new Map();
    connection = current;
    const statement = known.get(sql) ?? connection.prepare(sql);
    known.set(sql, statement);
    return statement;
  };
}

/**
 * TypeORM has one SQLite connection, and a connection has one transaction. So the queue's own transactions run without a
 * pause between BEGIN and COMMIT, first in first out, and only while no transaction of the host's is open: inside one
 * they would be undone with it.
 */
export class SqliteTurns {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly patienceMs: number,
  ) {}

  /**
   * Runs `work`, which writes, in a transaction of its own.
   *
   * @throws {QueueUnavailableError} when the host's transaction, or another process's, does not end in time
   */
  take<T>(work: () => T): Promise<T> {
    return this.#queued('BEGIN IMMEDIATE', work);
  }

  /** Likewise for work that only reads: another process that writes does not hold it up. */
  read<T>(work: () => T): Promise<T> {
    return this.#queued('BEGIN', work);
  }

  #queued<T>(begin: string, work: () => T): Promise<T> {
    const end = performance.now() + this.patienceMs;
    const turn = this.#last.then(() => this.#run(begin, work, end));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run<T>(begin: string, work: () => T, end: number): Promise<T> {
    for (;;) {
      const connection = connectionOf(this.dataSource);
      // Looked at first: libsql aborts the whole process when a closed connection is asked for anything else.
      if (!connection.open) throw new QueueUnavailableError('The DataSource was destroyed while the queue used it.');
      if (!connection.inTransaction && begun(connection, begin)) return finish(connection, work);
      if (performance.now() >= end) {
        throw new QueueUnavailableError(
          `The database was locked by a transaction for ${this.patienceMs} ms; inside one of your own, pass { manager }.`,
        );
      }
      await sleep(PAUSE_MS);
    }
  }
}

/** Asks once: SQLite's own waiting would hold up the host's whole event loop, so the pauses between tries are ours. */
function begun(connection: SqliteConnection, begin: string): boolean {
  const [row] = connection.prepare('PRAGMA busy_timeout').all([]) as { timeout: number }[];
  connection.exec('PRAGMA busy_timeout = 0');
  try {
    connection.exec(begin);
    return true;
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false;
    throw error;
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${row?.timeout ?? 0}`);
  }
}

function finish<T>(connection: SqliteConnection, work: () => T): T {
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}
