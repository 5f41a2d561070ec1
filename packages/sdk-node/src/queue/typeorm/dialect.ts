import type { DataSource } from 'typeorm';
import { ConfigurationError } from '../../errors.js';

/** The databases this queue is tested on. */
export type Dialect = 'sqlite' | 'postgres';

/** @throws {ConfigurationError} when the data source is of another type */
export function dialectOf(dataSource: DataSource): Dialect {
  const type: unknown = dataSource?.options?.type;
  if (type === 'postgres') return 'postgres';
  if (type === 'better-sqlite3') return 'sqlite';
  const detail = `must be a TypeORM DataSource of type "postgres" or "better-sqlite3", but is of type "${String(type)}"`;
  throw new ConfigurationError('dataSource', detail);
}
