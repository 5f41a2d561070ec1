import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { makeFolder } from '@tallyback/sdk-node/outbox';
import { DataSource } from 'typeorm';
import { trackerEntities } from './entities.js';
import { endSlowStatements, endWhenSilent, outlive, type PoolConnection } from './lost-connections.js';
import { TRACKER_MIGRATIONS_TABLE, trackerMigrations } from './migrations/index.js';
import type { TrackerDatabase } from './tracker-database.js';

/** How long connecting to PostgreSQL may take. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How long one statement may take there; the database itself ends it after 30 s. */
const QUERY_TIMEOUT_MS = 35_000;
/** How long a SQLite statement waits for another process's write lock. */
const BUSY_TIMEOUT_MS = 5_000;

/** Builds the tracker's own data source; nothing is connected yet. */
export function createTrackerDataSource(database: TrackerDatabase): DataSource {
  const common = {
    entities: trackerEntities,
    migrations: trackerMigrations,
    migrationsTableName: TRACKER_MIGRATIONS_TABLE,
    synchronize: false,
    logging: false,
  } as const;
  if (database.type === 'postgres') {
    return new DataSource({
      ...common,
      type: 'postgres',
      url: database.url,
      poolSize: database.poolSize ?? 10,
      applicationName: 'tallyback',
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      // A server that takes connections and answers nothing must not make requests hang.
      extra: {
        keepAlive: true,
        query_timeout: QUERY_TIMEOUT_MS,
        // Called with every new connection before anybody gets it.
        verify(connection: PoolConnection, accept: (error?: Error) => void) {
          outlive(connection);
          endWhenSilent(connection);
          endSlowStatements(connection).then(() => accept(), accept);
        },
      },
    });
  }
  makeFolderOf(database.path);
  return new DataSource({
    ...common,
    type: 'better-sqlite3',
    database: database.path,
    driver: sqliteDriver(),
    enableWAL: true,
    timeout: BUSY_TIMEOUT_MS,
    prepareDatabase: prepareSqlite,
  });
}

function makeFolderOf(path: string): void {
  const folder = dirname(path);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new Error(
      `TrackerModule cannot make the folder ${folder} of its SQLite file: ${(error as Error).message}. ` +
        'Check that everything above it is a folder and may be written, or set database.path to another place.',
      { cause: error },
    );
  }
}

/** libsql has better-sqlite3's interface and comes prebuilt from npm. */
function sqliteDriver(): unknown {
  try {
    return createRequire(import.meta.url)('libsql');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const cure = missing ? 'Install it: npm install libsql' : `It says: ${(cause as Error).message}`;
    throw new Error(`TrackerModule stores in SQLite through the package "libsql", which does not load. ${cure}`, {
      cause,
    });
  }
}

/** The part of a SQLite connection that sets it up. */
export interface PragmaConnection {
  pragma(statement: string): unknown;
}

/** FULL makes every commit wait for the disk: an answered click or conversion survives a power cut, not only a kill. */
export function prepareSqlite(connection: PragmaConnection): void {
  connection.pragma('synchronous = FULL');
  // A longer log before it is folded into the file: fewer waits for the disk while clicks pour in.
  connection.pragma('wal_autocheckpoint = 4000');
  // 32 MiB: a group of conversions touches more pages than the default cache of 2 MB holds.
  connection.pragma('cache_size = -32768');
  connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
}
