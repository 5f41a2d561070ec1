/** A row as a driver gives it. */
export type RawRow = Record<string, unknown>;

/** What a parameter may be: libsql ends the process on a boolean, a buffer or an object. */
export type Cell = string | number | bigint | null;

/** A statement with its parameters; on PostgreSQL a parameter may be an array for `unnest` and `ANY`. */
export interface Query {
  /** The same text for every number of rows, so that a statement is prepared once. */
  readonly text: string;
  readonly parameters: readonly (Cell | readonly (Cell | boolean)[])[];
  /** Whether rows are expected. Without them `changes` says how many were written. */
  readonly reads: boolean;
  /** How long this statement and those behind it in the transaction may take on PostgreSQL. Default: what the pool says. */
  readonly patienceMs?: number;
  /**
   * Under which name PostgreSQL keeps the statement prepared, for those that take longer to plan than to carry out. Not for
   * reading tables: a plan that was made for small ones would stay.
   */
  readonly name?: string;
}

/** What a statement gave. */
export interface QueryResult {
  readonly rows: readonly RawRow[];
  readonly changes: number;
}

/**
 * What happens inside a transaction: it yields statements and is handed their results. A generator, because the same
 * work runs synchronously on SQLite, where one connection has one transaction and nothing may slip in between BEGIN and
 * COMMIT, and asynchronously on PostgreSQL.
 */
export type TransactionWork<T> = Generator<Query, T, QueryResult>;

export function reading(text: string, parameters: Query['parameters']): Query {
  return { text, parameters, reads: true };
}

export function writing(text: string, parameters: Query['parameters']): Query {
  return { text, parameters, reads: false };
}

/** Lets what follows in the transaction take so long on PostgreSQL: SQLite has no limit, and no such statement. */
export function patience(ms: number): Query {
  return { ...writing(`SET LOCAL statement_timeout = ${ms}`, []), patienceMs: ms };
}

/** Thrown by work that wants its transaction undone. */
export class UndoTransaction<T> extends Error {
  override readonly name = 'UndoTransaction';

  /** @param result What the caller gets nevertheless. */
  constructor(readonly result: T) {
    super('The transaction is undone on purpose.');
  }
}
