import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Click } from '../clicks/click.entity.js';
import type { TrackerOptions } from '../tracker.options.js';
import { checkedDataSource } from './checked-data-source.js';
import { checkedDatabase } from './checked-database.js';
import { dialectOf } from './dialect.js';
import { outliveLostConnections } from './lost-connections.js';
import { createTrackerDataSource } from './open-database.js';
import { openFailure } from './open-failure.js';
import { ownConnection } from './own-connection.js';
import { PartitionedTable } from './partitions/partitioned-table.js';
import { requireTables } from './require-tables.js';
import { runTrackerMigrations } from './run-migrations.js';
import { sqliteConnectionOf } from './sqlite-connection.js';
import { foldLog, journalFault } from './sqlite-journal.js';
import { TrackerStorage } from './tracker-storage.js';

/** Enough for the moment in which somebody who only reads has to wait, too. */
const BRIEFLY_MS = 10;

/**
 * Opens the tracker's own database, or takes the host's, and brings the tables up to date.
 *
 * @param hosted The data source of the host's TypeORM module, when it has one.
 * @param name Which one was asked for.
 * @throws Error that says what is missing and how to add it.
 */
export async function openStorage(
  options: TrackerOptions,
  hosted: DataSource | undefined,
  name?: string,
): Promise<TrackerStorage> {
  if (options.database) return prepare(createTrackerDataSource(checkedDatabase(options.database)), options);
  const lent = checkedDataSource(options.dataSource ?? hosted, name);
  if (!lent.isInitialized) await initialize(lent);
  outliveLostConnections(lent);
  const own = ownConnection(lent);
  return own ? prepare(own, options, lent) : prepare(lent, options, lent);
}

async function prepare(dataSource: DataSource, options: TrackerOptions, lent?: DataSource): Promise<TrackerStorage> {
  if (!dataSource.isInitialized) await initialize(dataSource);
  if (dataSource !== lent && dialectOf(dataSource) === 'sqlite') checkJournal(dataSource);
  if (options.runMigrations ?? true) await runTrackerMigrations(dataSource);
  else await requireTables(dataSource);
  if (dataSource !== lent) waitBriefly(dataSource);
  return new TrackerStorage(dataSource, lent, await isInMonths(dataSource));
}

function checkJournal(dataSource: DataSource): void {
  const fault = journalFault(dataSource);
  if (fault === undefined) foldLog(dataSource);
  else new Logger(TrackerStorage.name).warn(fault);
}

/** SQLite's own waiting for another process stops the event loop; from here on the pauses are `whileBusy`'s. */
function waitBriefly(dataSource: DataSource): void {
  if (dialectOf(dataSource) === 'sqlite') sqliteConnectionOf(dataSource).exec(`PRAGMA busy_timeout = ${BRIEFLY_MS}`);
}

async function isInMonths(dataSource: DataSource): Promise<boolean> {
  if (dialectOf(dataSource) !== 'postgres') return false;
  return new PartitionedTable(dataSource, dataSource.getMetadata(Click)).isPartitioned();
}

async function initialize(dataSource: DataSource): Promise<void> {
  try {
    await dataSource.initialize();
  } catch (error) {
    throw openFailure(dataSource, error);
  }
}
