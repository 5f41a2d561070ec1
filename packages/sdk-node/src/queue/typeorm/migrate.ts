import type { DataSource } from 'typeorm';
import type { Dialect } from './dialect.js';
import { queueMigrations } from './migrations.js';
import { type SqliteTurns, statementsOf } from './sqlite-turns.js';
import { tableNames } from './tables.js';

/** Any constant that no other advisory lock in the database uses: the bytes of "tbkqueue". */
const ADVISORY_LOCK = '8386100326040270181';

/** Brings the tables up to date. Several processes may do so at once: one migrates, the others wait for it. */
export async function migrate(dataSource: DataSource, dialect: Dialect, turns: SqliteTurns): Promise<void> {
  return dialect === 'postgres' ? migratePostgres(dataSource) : turns.take(() => migrateSqlite(dataSource));
}

async function migratePostgres(dataSource: DataSource): Promise<void> {
  const { migrations: history } = tableNames(dataSource);
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('READ COMMITTED');
    await runner.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${history} ("id" serial PRIMARY KEY, "timestamp" bigint NOT NULL, "name" varchar NOT NULL)`,
    );
    const done = (await runner.query(`SELECT "name" FROM ${history}`)) as { name: string }[];
    for (const migration of pending(done)) {
      await migration.up(runner);
      const { timestamp, name } = migration;
      await runner.query(`INSERT INTO ${history} ("timestamp", "name") VALUES ($1, $2)`, [timestamp, name]);
    }
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

/** Without a pause, so that no statement of the host's slips into the transaction. */
function migrateSqlite(dataSource: DataSource): void {
  const { migrations: history } = tableNames(dataSource);
  const statement = statementsOf(dataSource);
  statement(
    `CREATE TABLE IF NOT EXISTS ${history}
       ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "timestamp" bigint NOT NULL, "name" varchar NOT NULL)`,
  ).run([]);
  const done = statement(`SELECT "name" FROM ${history}`).all([]) as { name: string }[];
  for (const migration of pending(done)) {
    for (const sql of migration.statements(dataSource)) statement(sql).run([]);
    const { timestamp, name } = migration;
    statement(`INSERT INTO ${history} ("timestamp", "name") VALUES (?, ?)`).run([timestamp, name]);
  }
}

function pending(done: readonly { name: string }[]) {
  const names = new Set(done.map(({ name }) => name));
  return queueMigrations.map((Migration) => new Migration()).filter(({ name }) => !names.has(name));
}
