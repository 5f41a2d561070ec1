import type { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';
import { trackerEntities } from './entities.js';

/**
 * The host's data source, when the tracker can work with it.
 *
 * @param name Of the host's TypeORM module's data source that was asked for.
 * @throws Error that says what is wrong with it and how to mend it.
 */
export function checkedDataSource(dataSource: DataSource | undefined, name = 'default'): DataSource {
  if (!dataSource) throw new Error(name === 'default' ? NO_DATABASE : noDataSourceOf(name));
  dialectOf(dataSource);
  requireNoSynchronize(dataSource);
  requireEntities(dataSource);
  return dataSource;
}

const NO_DATABASE =
  'TrackerModule has no database. Pass one that it opens itself, database: { type: "sqlite", path: "var/tracker.db" } ' +
  'or { type: "postgres", url }, or your own dataSource, or import TypeOrmModule.forRoot().';

function noDataSourceOf(name: string): string {
  return (
    `TrackerModule was told to use the TypeORM data source "${name}", but there is none of that name. Import ` +
    `TypeOrmModule.forRoot({ name: "${name}", … }) (for forRootAsync the name stands beside useFactory), or mend dataSourceName.`
  );
}

function requireNoSynchronize({ options }: DataSource): void {
  if (!options.synchronize) return;
  throw new Error(
    'The data source that TrackerModule was given has synchronize: true, which makes tables from entities before the ' +
      "tracker's migrations can, without what entities cannot say. Turn it off, or give the tracker a database of its own: " +
      'TrackerModule.forRoot({ database: … }).',
  );
}

function requireEntities(dataSource: DataSource): void {
  const { entities } = dataSource.options;
  const listed = Array.isArray(entities) ? (entities as readonly unknown[]) : [];
  const known = (entity: object) =>
    listed.includes(entity) || (dataSource.isInitialized && dataSource.hasMetadata(entity as never));
  if (trackerEntities.every(known)) return;
  throw new Error(
    "The data source that TrackerModule was given does not know the tracker's entities. Add them: " +
      "import { trackerEntities } from '@tallyback/nest-tracker', then entities: [...trackerEntities, …yours].",
  );
}
