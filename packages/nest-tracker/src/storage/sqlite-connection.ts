import type { DataSource } from 'typeorm';
import type { RawRow } from './transaction-work.js';

/** The part of better-sqlite3's interface that the tracker uses; libsql has the same. */
export interface SqliteConnection {
  readonly open: boolean;
  /** Only to be read while the connection is open. */
  readonly inTransaction: boolean;
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** Always call it with ONE array: libsql takes a single object argument for named parameters. */
export interface SqliteStatement {
  run(parameters: readonly unknown[]): { readonly changes: number };
  all(parameters: readonly unknown[]): RawRow[];
}

/** The one connection behind a SQLite data source. */
export function sqliteConnectionOf(dataSource: DataSource): SqliteConnection {
  return (dataSource.driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
}
