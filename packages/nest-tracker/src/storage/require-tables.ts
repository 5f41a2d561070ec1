import type { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';
import { trackerEntities } from './entities.js';
import { entityRows } from './entity-rows.js';

/**
 * Makes sure that the host has run the migrations that it wanted to run itself; without this every click would fail, and
 * nobody would know before.
 */
export async function requireTables(dataSource: DataSource): Promise<void> {
  const dialect = dialectOf(dataSource);
  for (const entity of trackerEntities) {
    const { table, selectList } = entityRows(dataSource.getMetadata(entity), dialect);
    try {
      await dataSource.query(`SELECT ${selectList('t')} FROM ${table} t WHERE 1 = 0`);
    } catch (cause) {
      throw new Error(
        `TrackerModule: the table ${table} is not what this version needs (${(cause as Error).message}). With ` +
          'runMigrations: false you run them: list migrations: [...trackerMigrations, …yours] in your data source and call ' +
          'dataSource.runMigrations() before the application starts. Or leave runMigrations away.',
        { cause },
      );
    }
  }
}
