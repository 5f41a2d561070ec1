import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import pg from 'pg';
import type { TrackerDatabase } from '../../src/index.js';

export type Row = Record<string, unknown>;

/** A database of a test's own, with a connection that the tracker knows nothing of. */
export interface TestDatabase {
  readonly options: TrackerDatabase;
  /** Runs a statement over the independent connection; `$1`, `$2` stand for parameters on both databases. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Closes the connection and removes the database. */
  drop(): Promise<void>;
}

export const DATABASES = [
  { database: 'SQLite', createDatabase: createSqliteDatabase },
  { database: 'PostgreSQL', createDatabase: createPostgresDatabase },
] as const;

export async function createSqliteDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'nest-tracker-'));
  const path = join(folder, 'tracker.db');
  let connection: Libsql.Database | undefined;
  return {
    options: { type: 'sqlite', path },
    async query(sql, parameters = []) {
      connection ??= new Libsql(path, { timeout: 5_000 } as Libsql.Options);
      const statement = connection.prepare(sql.replaceAll(/\$\d+/g, '?'));
      if (statement.reader) return statement.all([...parameters]) as Row[];
      statement.run([...parameters]);
      return [];
    },
    async drop() {
      connection?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param options `icuLocale`: a language whose order of letters the database has. */
export async function createPostgresDatabase({ icuLocale }: { icuLocale?: string } = {}): Promise<TestDatabase> {
  const server = process.env.TALLYBACK_TEST_POSTGRES;
  if (!server)
    throw new Error('TALLYBACK_TEST_POSTGRES is not set: run jest with the configuration of the repository.');
  const name = `tracker_${randomBytes(6).toString('hex')}`;
  const locale = icuLocale === undefined ? '' : ` TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '${icuLocale}'`;
  await administer(server, `CREATE DATABASE ${name}${locale}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  // A connection that is cut while nobody uses it concerns nobody.
  pool.on('error', () => undefined);
  return {
    options: { type: 'postgres', url: url.href },
    query: async (sql, parameters = []) => (await pool.query<Row>(sql, [...parameters])).rows,
    async drop() {
      await pool.end();
      await administer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
