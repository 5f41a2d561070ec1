import { DataSource } from 'typeorm';
import { Conversion } from '../conversions/conversion.entity.js';
import { dialectOf } from './dialect.js';
import { TRACKER_MIGRATIONS_TABLE, trackerMigrations } from './migrations/index.js';

/** Any constant that no other advisory lock in the database uses; these are the bytes of "tallybak". */
const ADVISORY_LOCK = '8386654082989990251';
const SQLITE_ATTEMPTS = 20;

/**
 * Brings the tracker's tables up to date, with a history table of its own, over a connection of its own, so that a
 * host's entities, subscribers and migrations are not involved. Several processes may start at once: one migrates, the
 * others wait for it.
 */
export async function runTrackerMigrations(dataSource: DataSource): Promise<void> {
  if (dialectOf(dataSource) === 'postgres') return migratePostgres(dataSource);
  if (dataSource.options.database === ':memory:') return migrateSharedConnection(dataSource);
  return migrateSqliteFile(dataSource);
}

function migrationDataSource(dataSource: DataSource): DataSource {
  const { extra } = dataSource.options as { extra?: object };
  return new DataSource({
    ...dataSource.options,
    // An index over many rows, or the wait for another process that builds it, takes as long as it takes.
    extra: { ...extra, query_timeout: 0 },
    entities: [],
    subscribers: [],
    synchronize: false,
    migrationsRun: false,
    dropSchema: false,
    migrations: trackerMigrations,
    migrationsTableName: TRACKER_MIGRATIONS_TABLE,
  } as DataSource['options']);
}

async function migratePostgres(dataSource: DataSource): Promise<void> {
  const own = await migrationDataSource(dataSource).initialize();
  const lockHolder = own.createQueryRunner();
  const { schema } = dataSource.options as { schema?: string };
  try {
    await lockHolder.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    if (schema && !(await lockHolder.hasSchema(schema))) await lockHolder.createSchema(schema, true);
    await own.runMigrations({ transaction: 'all' });
  } finally {
    // Its connection ends here, and the lock with it.
    await lockHolder.release();
    await own.destroy();
  }
}

async function migrateSqliteFile(dataSource: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const own = await migrationDataSource(dataSource).initialize();
    try {
      await own.runMigrations({ transaction: 'all' });
      return;
    } catch (error) {
      // SQLite has no lock to wait on before the first table exists: the process that loses the race sees the other's
      // tables appear under its feet, and finds nothing left to do when it looks again.
      if (attempt === SQLITE_ATTEMPTS) throw error;
    } finally {
      await own.destroy();
    }
  }
}

/** An in-memory database cannot be opened twice, so its migrations run on the connection that there is. */
async function migrateSharedConnection(dataSource: DataSource): Promise<void> {
  const queryRunner = dataSource.createQueryRunner();
  if (await queryRunner.hasTable(dataSource.getMetadata(Conversion).tablePath)) return;
  for (const Migration of trackerMigrations) await new Migration().up(queryRunner);
}
