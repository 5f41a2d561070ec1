import { DataSource } from 'typeorm';
import { trackerEntities } from './entities.js';
import { type PragmaConnection, prepareSqlite } from './open-database.js';

interface SqliteFileOptions {
  readonly database: string;
  readonly prepareDatabase?: (connection: PragmaConnection) => unknown;
}

/**
 * A connection of the tracker's own to the file behind a host's SQLite data source, or nothing where there is no file
 * that a second connection could open.
 *
 * TypeORM has one connection per SQLite data source, and whatever the host has open there would hold the tracker's
 * statements as well: a transaction that the host rolls back would take answered conversions with it.
 */
export function ownConnection(hosted: DataSource): DataSource | undefined {
  if (hosted.options.type !== 'better-sqlite3') return undefined;
  const { database, prepareDatabase } = hosted.options as SqliteFileOptions;
  if (database === '' || database.includes(':memory:')) return undefined;
  return new DataSource({
    ...hosted.options,
    entities: trackerEntities,
    subscribers: [],
    migrations: [],
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    enableWAL: true,
    prepareDatabase: async (connection: PragmaConnection) => {
      await prepareDatabase?.(connection);
      prepareSqlite(connection);
    },
  } as DataSource['options']);
}
