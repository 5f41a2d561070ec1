import type { DataSource } from 'typeorm';

/** The two databases the tracker is tested on. */
export type Dialect = 'sqlite' | 'postgres';

/**
 * Which of the two a data source speaks.
 *
 * @throws Error naming the type when it is neither.
 */
export function dialectOf(dataSource: DataSource): Dialect {
  const { type } = dataSource.options;
  if (type === 'postgres') return 'postgres';
  if (type === 'better-sqlite3') return 'sqlite';
  throw new Error(
    `The tracker stores in PostgreSQL ("postgres") or SQLite ("better-sqlite3"), but the data source is of type "${type}".`,
  );
}
