import { DataSource } from 'typeorm';
import type { TrackerOptions } from '../tracker.options.js';
import { trackerEntities } from './entities.js';
import { createTrackerDataSource } from './open-database.js';
import { ownConnection } from './own-connection.js';
import { runTrackerMigrations } from './run-migrations.js';
import { TrackerStorage } from './tracker-storage.js';

/**
 * Opens the tracker's own database, or takes the host's, and brings the tables up to date.
 *
 * @param hosted The data source of the host's TypeORM module, when it has one.
 * @throws Error that says what is missing and how to add it.
 */
export async function openStorage(options: TrackerOptions, hosted: DataSource | undefined): Promise<TrackerStorage> {
  if (options.database) return prepare(createTrackerDataSource(options.database), options);
  const lent = requireEntities(options.dataSource ?? hosted);
  if (!lent.isInitialized) await lent.initialize();
  const own = ownConnection(lent);
  return own ? prepare(own, options, lent) : prepare(lent, options, lent);
}

async function prepare(dataSource: DataSource, options: TrackerOptions, lent?: DataSource): Promise<TrackerStorage> {
  if (!dataSource.isInitialized) await dataSource.initialize();
  if (options.runMigrations ?? true) await runTrackerMigrations(dataSource);
  return new TrackerStorage(dataSource, lent);
}

function requireEntities(dataSource: DataSource | undefined): DataSource {
  if (!dataSource) {
    throw new Error(
      'TrackerModule has no database. Pass one that it opens itself, database: { type: "sqlite", path: "var/tracker.db" } ' +
        'or { type: "postgres", url }, or your own dataSource, or import TypeOrmModule.forRoot().',
    );
  }
  const { entities } = dataSource.options;
  const listed = Array.isArray(entities) ? (entities as readonly unknown[]) : [];
  const known = (entity: object) =>
    listed.includes(entity) || (dataSource.isInitialized && dataSource.hasMetadata(entity as never));
  if (trackerEntities.every(known)) return dataSource;
  throw new Error(
    "The data source that TrackerModule was given does not know the tracker's entities. Add them: " +
      "import { trackerEntities } from '@tallyback/nest-tracker', then entities: [...trackerEntities, …yours].",
  );
}
