import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { dialectOf } from './dialect.js';
import { type SqliteConnection, sqliteConnectionOf } from './sqlite-connection.js';

/** Rows per SQLite statement: a handful of prepared statements serves every batch size. */
const SQLITE_CHUNKS = [64, 16, 4, 1] as const;

type Cell = string | number | bigint | boolean | null;
type ReadCell<Row> = (row: Row) => Cell;

/**
 * Writes many rows in one commit, with statements built once from the entity's metadata. TypeORM's own insert costs six
 * to fifteen times the statement itself, which is why the hot tables do not use it.
 */
export type BulkInsert<Row> = (rows: readonly Row[]) => Promise<void>;

export function createBulkInsert<Row extends ObjectLiteral>(
  dataSource: DataSource,
  entity: EntityTarget<Row>,
): BulkInsert<Row> {
  const metadata = dataSource.getMetadata(entity);
  return dialectOf(dataSource) === 'postgres'
    ? postgresInsert<Row>(dataSource, metadata)
    : sqliteInsert<Row>(dataSource, metadata);
}

function cellReaders<Row extends ObjectLiteral>(metadata: EntityMetadata, booleansAsNumbers: boolean): ReadCell<Row>[] {
  return metadata.columns.map((column) => {
    const name = column.propertyName;
    if (column.type === 'simple-json') {
      return (row) => (row[name] === null || row[name] === undefined ? null : JSON.stringify(row[name]));
    }
    if (column.type === 'boolean' && booleansAsNumbers) return (row) => (row[name] ? 1 : 0);
    return (row) => row[name] ?? null;
  });
}

/** `unnest` keeps the statement's text the same for every batch size, so that PostgreSQL parses nothing new. */
function postgresInsert<Row extends ObjectLiteral>(dataSource: DataSource, metadata: EntityMetadata): BulkInsert<Row> {
  const readers = cellReaders<Row>(metadata, false);
  const columns = metadata.columns.map((column) => `"${column.databaseName}"`).join(', ');
  const arrays = metadata.columns.map((column, i) => `$${i + 1}::${postgresArrayType(column.type)}`).join(', ');
  const statement = `INSERT INTO ${quotePath(metadata.tablePath)} (${columns}) SELECT * FROM unnest(${arrays})`;
  return async (rows) => {
    await dataSource.query(
      statement,
      readers.map((read) => rows.map(read)),
    );
  };
}

function postgresArrayType(type: unknown): string {
  switch (type) {
    case 'bigint':
    case 'integer':
    case 'boolean':
      return `${type}[]`;
    default:
      return 'text[]';
  }
}

function sqliteInsert<Row extends ObjectLiteral>(dataSource: DataSource, metadata: EntityMetadata): BulkInsert<Row> {
  const readers = cellReaders<Row>(metadata, true);
  const columns = metadata.columns.map((column) => `"${column.databaseName}"`).join(', ');
  const tuple = `(${readers.map(() => '?').join(', ')})`;
  const connection = sqliteConnectionOf(dataSource);
  const statements = new Map(
    SQLITE_CHUNKS.map((size) => [
      size,
      connection.prepare(
        `INSERT INTO ${quotePath(metadata.tablePath)} (${columns}) VALUES ${Array(size).fill(tuple).join(', ')}`,
      ),
    ]),
  );
  const insertChunk = (size: (typeof SQLITE_CHUNKS)[number], rows: readonly Row[]) => {
    const parameters: Cell[] = [];
    for (const row of rows) for (const read of readers) parameters.push(read(row));
    statements.get(size)?.run(parameters);
  };
  return async (rows) => {
    inOneCommit(connection, () => {
      let done = 0;
      for (const size of SQLITE_CHUNKS) {
        for (; rows.length - done >= size; done += size) insertChunk(size, rows.slice(done, done + size));
      }
    });
  };
}

/** Synchronous from BEGIN to COMMIT, so that nobody else's statement can slip into the transaction. */
function inOneCommit(connection: SqliteConnection, work: () => void): void {
  connection.exec('BEGIN IMMEDIATE');
  try {
    work();
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function quotePath(path: string): string {
  return path
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}
