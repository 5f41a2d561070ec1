import type { DataSource, QueryRunner } from 'typeorm';
import type { SqliteConnection, SqliteStatement } from './sqlite-connection.js';
import type { SqliteLog } from './sqlite-log.js';
import { isError } from './storage-failure.js';
import type { Query, QueryResult, RawRow, TransactionWork } from './transaction-work.js';

/** The part of a pg client that is used here. */
export interface PgClient {
  query(query: {
    text: string;
    values: unknown[];
    name?: string;
    query_timeout?: number | undefined;
  }): Promise<{ rows: RawRow[]; rowCount: number | null }>;
}

/** Statements that a connection has prepared, by their text. */
export type PreparedStatements = Map<string, SqliteStatement>;

/**
 * Runs work on SQLite, from BEGIN to COMMIT without a pause. IMMEDIATE: what is read is what will still be true.
 *
 * @param log Where it is given, the transaction is on the disk only after its `flush`.
 */
export function runOnSqlite<T>(
  connection: SqliteConnection,
  prepared: PreparedStatements,
  work: () => TransactionWork<T>,
  log?: Pick<SqliteLog, 'relax' | 'restore'>,
): T {
  log?.relax();
  try {
    connection.exec('BEGIN IMMEDIATE');
    const running = work();
    let step = running.next();
    while (!step.done) step = running.next(execute(connection, prepared, step.value));
    connection.exec('COMMIT');
    return step.value;
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  } finally {
    log?.restore();
  }
}

export function execute(connection: SqliteConnection, prepared: PreparedStatements, query: Query): QueryResult {
  if (query.reads) return { rows: readOnSqlite(connection, prepared, query), changes: 0 };
  return { rows: [], changes: preparedOf(connection, prepared, query.text).run(query.parameters).changes };
}

/** The rows of one statement. */
export function readOnSqlite(
  connection: SqliteConnection,
  prepared: PreparedStatements,
  { text, parameters }: Pick<Query, 'text' | 'parameters'>,
): readonly RawRow[] {
  return preparedOf(connection, prepared, text).all(parameters);
}

function preparedOf(connection: SqliteConnection, prepared: PreparedStatements, text: string): SqliteStatement {
  let statement = prepared.get(text);
  if (!statement) {
    statement = connection.prepare(text);
    prepared.set(text, statement);
  }
  return statement;
}

/** Runs work on PostgreSQL, on one connection of the pool and past TypeORM's own layers. */
export async function runOnPostgres<T>(dataSource: DataSource, work: () => TransactionWork<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let broken: Error | undefined;
  try {
    const client = (await runner.connect()) as PgClient;
    await client.query({ text: 'BEGIN', values: [] });
    try {
      const result = await drive(client, work());
      await client.query({ text: 'COMMIT', values: [] });
      return result;
    } catch (error) {
      await client.query({ text: 'ROLLBACK', values: [] }).catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    }
  } finally {
    await release(runner, broken);
  }
}

/**
 * Runs one statement on PostgreSQL, as a transaction of its own, and keeps it prepared under a name: to plan a statement
 * of many parts takes longer than to carry it out.
 */
export async function runNamed(dataSource: DataSource, name: string, { text, parameters }: Query): Promise<RawRow[]> {
  const runner = dataSource.createQueryRunner();
  let broken: Error | undefined;
  try {
    const client = (await runner.connect()) as PgClient;
    const { rows } = await client.query({ name, text, values: parameters as unknown[] });
    return rows;
  } catch (error) {
    // Without a word from the server, such as when it is silent for too long, the connection still waits for its answer.
    if (isError(error) && !('severity' in error)) broken = error;
    throw error;
  } finally {
    await release(runner, broken);
  }
}

export async function drive<T>(client: PgClient, running: TransactionWork<T>): Promise<T> {
  let patience: number | undefined;
  let step = running.next();
  while (!step.done) {
    const { text, parameters, patienceMs, name } = step.value;
    patience = patienceMs ?? patience;
    const { rows, rowCount } = await client.query({
      text,
      values: parameters as unknown[],
      ...(name !== undefined && { name }),
      ...(patience !== undefined && { query_timeout: patience }),
    });
    step = running.next({ rows, changes: rowCount ?? 0 });
  }
  return step.value;
}

/** A connection that cannot even roll back, or still waits for an answer, must not serve anybody else. */
async function release(runner: QueryRunner, broken: Error | undefined): Promise<void> {
  if (!broken) return runner.release();
  await (runner as unknown as { releasePostgresConnection(error: Error): Promise<void> }).releasePostgresConnection(
    broken,
  );
}
