import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { TRACKER_MIGRATIONS_TABLE, trackerEntities, trackerMigrations } from '../src/index.js';
import { createTrackerDataSource } from '../src/storage/open-database.js';
import { runTrackerMigrations } from '../src/storage/run-migrations.js';
import { DATABASES, type TestDatabase } from './support/databases.js';
import { click } from './support/requests.js';
import { startTracker } from './support/start-tracker.js';

const TABLES = {
  SQLite: "SELECT name FROM sqlite_master WHERE type IN ('table', 'index') AND name LIKE 'tallyback%' ORDER BY name",
  PostgreSQL: "SELECT relname AS name FROM pg_class WHERE relname LIKE 'tallyback%' ORDER BY relname",
};

describe.each(DATABASES)('the schema on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const objects = async () => (await database.query(TABLES[name])).map((row) => row.name);
  beforeEach(async () => {
    database = await createDatabase();
    dataSource = await createTrackerDataSource(database.options).initialize();
  });
  afterEach(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.drop();
  });

  it('is after the migrations what the entities say, so that a host’s own generator finds nothing to do', async () => {
    await runTrackerMigrations(dataSource);
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('has the unique index that makes a conversion count once', async () => {
    await runTrackerMigrations(dataSource);
    const insert = `INSERT INTO tallyback_conversions (id, advertiser_id, event, transaction_id, status, revenue, payout,
      occurred_at, received_at, updated_at) VALUES ($1, 'a', 'purchase', 'T-1', 'approved', 0, 0, 0, 0, 0)`;
    await database.query(insert, ['1']);
    await expect(database.query(insert, ['2'])).rejects.toThrow(/unique/i);
  });

  it('is left alone by a second run', async () => {
    await runTrackerMigrations(dataSource);
    const before = await objects();
    await runTrackerMigrations(dataSource);
    expect(await objects()).toEqual(before);
    expect(await database.query(`SELECT name FROM ${TRACKER_MIGRATIONS_TABLE}`)).toHaveLength(trackerMigrations.length);
  });

  it('is taken away completely by the way back, and can be built again', async () => {
    await runTrackerMigrations(dataSource);
    const before = await objects();
    expect(before.length).toBeGreaterThan(15);
    for (let i = 0; i < trackerMigrations.length; i++) await dataSource.undoLastMigration();
    const history = (await objects()).filter((object) => !String(object).startsWith(TRACKER_MIGRATIONS_TABLE));
    expect(history).toEqual([]);
    await runTrackerMigrations(dataSource);
    expect(await objects()).toEqual(before);
  });

  it('may be built by the host, which runs the migrations in its own history', async () => {
    const options = dataSource.options;
    await dataSource.destroy();
    dataSource = await new DataSource({
      ...options,
      entities: [...trackerEntities],
      migrations: [...trackerMigrations],
      migrationsTableName: 'host_migrations',
    } as DataSource['options']).initialize();
    await dataSource.runMigrations();
    const tracker = await startTracker({
      database,
      options: { database: undefined, dataSource, runMigrations: false },
    });
    expect(await click(tracker, 'boots')).toMatch(/^[0-9a-z]{26}$/);
    expect(await objects()).not.toContain(TRACKER_MIGRATIONS_TABLE);
    await tracker.close();
    expect(dataSource.isInitialized).toBe(true);
  });
});

describe('migrations that run at the same time', () => {
  it('on PostgreSQL wait for each other and do no harm', async () => {
    const [, { createDatabase }] = DATABASES;
    const database = await createDatabase();
    const sources = await Promise.all(
      Array.from({ length: 4 }, () => createTrackerDataSource(database.options).initialize()),
    );
    try {
      await Promise.all(sources.map(runTrackerMigrations));
      expect(await database.query(`SELECT name FROM ${TRACKER_MIGRATIONS_TABLE}`)).toHaveLength(
        trackerMigrations.length,
      );
    } finally {
      await Promise.all(sources.map((source) => source.destroy()));
      await database.drop();
    }
  });
});
