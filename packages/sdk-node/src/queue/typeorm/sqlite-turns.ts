import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { QueueUnavailableError } from '../../errors.js';

/** The part of better-sqlite3's interface that is used; libsql has the same. */
export interface SqliteConnection {
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
  const connection = connectionOf(dataSource);
  const known = new Map<string, SqliteStatement>();
  return (sql) => {
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

  /** @throws {QueueUnavailableError} when the host's transaction, or another process's, does not end in time */
  take<T>(work: () => T): Promise<T> {
    const end = performance.now() + this.patienceMs;
    const turn = this.#last.then(() => this.#run(work, end));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run<T>(work: () => T, end: number): Promise<T> {
    const connection = connectionOf(this.dataSource);
    for (;;) {
      if (!connection.inTransaction && begun(connection)) return finish(connection, work);
      if (performance.now() >= end) {
        throw new QueueUnavailableError(
          `The database was locked by a transaction for ${this.patienceMs} ms; inside one of your own, pass { manager }.`,
        );
      }
      await sleep(PAUSE_MS);
    }
  }
}

function begun(connection: SqliteConnection): boolean {
  try {
    connection.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false;
    throw error;
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
