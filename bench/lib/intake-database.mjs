import { createRequire } from 'node:module';
import { trackerEntities } from '@tallyback/nest-tracker';
import Libsql from 'libsql';
import pg from 'pg';
import { DataSource } from 'typeorm';

/** A database of the tracker by its TrackerModule option. */
export function dataSourceOf(database) {
  return new DataSource(
    database.type === 'postgres'
      ? { type: 'postgres', url: database.url, entities: [...trackerEntities] }
      : {
          type: 'better-sqlite3',
          driver: createRequire(import.meta.url)('libsql'),
          database: database.path,
          enableWAL: true,
          entities: [...trackerEntities],
          prepareDatabase: durable,
        },
  );
}

/** As the tracker sets its own connection. */
function durable(connection) {
  connection.pragma('synchronous = FULL');
  connection.pragma('wal_autocheckpoint = 4000');
  connection.pragma('cache_size = -32768');
  connection.pragma('busy_timeout = 5000');
}

export function openSqlite({ path }) {
  const connection = new Libsql(path);
  connection.pragma('journal_mode = WAL');
  durable(connection);
  return connection;
}

export async function openPostgres({ url }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** Every column of an entity's table, with what writes a row's value into it. */
export async function columnsOf(database, entity) {
  const dataSource = await dataSourceOf(database).initialize();
  try {
    return dataSource.getMetadata(entity).columns.map(({ databaseName, propertyName, type }) => ({
      name: databaseName,
      array: ['bigint', 'integer', 'boolean'].includes(type) ? `${type}[]` : 'text[]',
      cell: (row) => {
        const value = row[propertyName] ?? null;
        if (type === 'simple-json') return value === null ? null : JSON.stringify(value);
        return type === 'boolean' && database.type === 'sqlite' ? Number(value) : value;
      },
    }));
  } finally {
    await dataSource.destroy();
  }
}
