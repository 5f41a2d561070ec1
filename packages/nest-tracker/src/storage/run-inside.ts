import type { QueryRunner } from 'typeorm';
import { holdOthers } from './hold-others.js';
import { drive, execute, type PgClient, type PreparedStatements } from './run-work.js';
import { type SqliteConnection, sqliteConnectionOf } from './sqlite-connection.js';
import type { TransactionWork } from './transaction-work.js';

const SAVEPOINT = 'tallyback_joined';
const BEGIN = `SAVEPOINT ${SAVEPOINT}`;
const KEEP = `RELEASE SAVEPOINT ${SAVEPOINT}`;
const UNDO = `ROLLBACK TO SAVEPOINT ${SAVEPOINT}; ${KEEP}`;

/**
 * Runs work inside a transaction that somebody else has open, on PostgreSQL: all of it happens, or nothing, and whoever
 * has the transaction may go on with it either way. Its statements wait until then.
 */
export async function runInsidePostgres<T>(runner: QueryRunner, work: () => TransactionWork<T>): Promise<T> {
  return holdOthers((await runner.connect()) as PgClient, async (client) => {
    await client.query({ text: BEGIN, values: [] });
    try {
      const result = await drive(client, work());
      await client.query({ text: KEEP, values: [] });
      return result;
    } catch (error) {
      // Where even that fails, so does the commit: its owner hears of it there.
      await client.query({ text: UNDO, values: [] }).catch(() => undefined);
      throw error;
    }
  });
}

/**
 * The same on SQLite, synchronously: no statement of the transaction's owner slips in between.
 *
 * @param own The tracker's connection, which may be another one to the same file.
 */
export async function runInsideSqlite<T>(
  runner: QueryRunner,
  own: SqliteConnection,
  prepared: PreparedStatements,
  work: () => TransactionWork<T>,
): Promise<T> {
  const connection = sqliteConnectionOf(runner.connection);
  // Nobody of ours begins while the host has a transaction open; one that is about to end has to, or neither could write.
  while (own !== connection && own.open && own.inTransaction) await new Promise(setImmediate);
  connection.exec(BEGIN);
  try {
    const running = work();
    let step = running.next();
    while (!step.done) step = running.next(execute(connection, prepared, step.value));
    connection.exec(KEEP);
    return step.value;
  } catch (error) {
    // SQLite itself may have rolled everything back, such as when the disk is full.
    if (connection.open && connection.inTransaction) connection.exec(UNDO);
    throw error;
  }
}
