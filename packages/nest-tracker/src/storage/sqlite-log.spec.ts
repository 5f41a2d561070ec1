import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOutbox } from '@tallyback/sdk-node/outbox';
import Libsql from 'libsql';
import type { DataSource } from 'typeorm';
import { Disk } from '../../test/support/disk.js';
import { OUTBOX_TABLES } from '../partner-postbacks/outbox-tables.js';
import { createTrackerDataSource } from './open-database.js';
import { runTrackerMigrations } from './run-migrations.js';
import { sqliteConnectionOf } from './sqlite-connection.js';
import { SqliteLog } from './sqlite-log.js';
import { isStorageFailure } from './storage-failure.js';
import { TrackerStorage } from './tracker-storage.js';
import { type TransactionWork, writing } from './transaction-work.js';

const SETTING = 'INSERT INTO tallyback_settings (name, value) VALUES (?, ?)';
const FULL = [{ synchronous: 2 }];

function* store(name: string): TransactionWork<void> {
  yield writing(SETTING, [name, 'x']);
}

describe('a transaction on a SQLite file', () => {
  let folder: string;
  let dataSource: DataSource;
  let storage: TrackerStorage;
  let other: Libsql.Database;
  let disk: Disk | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nest-tracker-'));
    const path = join(folder, 'tracker.db');
    dataSource = createTrackerDataSource({ type: 'sqlite', path });
    await dataSource.initialize();
    await runTrackerMigrations(dataSource);
    await dataSource.query('PRAGMA busy_timeout = 10');
    storage = new TrackerStorage(dataSource);
    other = new Libsql(path);
  });
  afterEach(async () => {
    disk?.leave();
    disk = undefined;
    await storage.onApplicationShutdown();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const stored = () => {
    const rows = other.prepare("SELECT name FROM tallyback_settings WHERE value = 'x' ORDER BY name").all([]);
    return (rows as { name: string }[]).map(({ name }) => name);
  };
  const synchronous = () => sqliteConnectionOf(dataSource).prepare('PRAGMA synchronous').all([]);

  it('is over for nobody before the disk has it, and meanwhile others are written', async () => {
    disk = new Disk();
    const over: string[] = [];
    const running = ['a', 'b', 'c'].map((name) => storage.run(() => store(name)).then(() => over.push(name)));
    await disk.asked(2);
    expect(stored()).toEqual(['a', 'b', 'c']);
    expect(over).toEqual([]);
    disk.release();
    // Who came while the disk was busy has it asked again.
    await disk.asked();
    disk.release();
    await Promise.all(running);
    expect(over.sort()).toEqual(['a', 'b', 'c']);
  });

  it('leaves every other one on the connection to wait for the disk itself', async () => {
    expect(synchronous()).toEqual(FULL);
    await storage.run(function* () {
      yield* store('a');
    });
    expect(synchronous()).toEqual(FULL);
    const refused = storage.run(function* () {
      yield* store('b');
      yield* store('a');
    });
    await expect(refused).rejects.toMatchObject({ code: expect.stringContaining('SQLITE_CONSTRAINT') });
    expect(synchronous()).toEqual(FULL);
    expect(stored()).toEqual(['a']);
  });

  it('fails when the disk does, with all that lie behind it in the log, and the next one finds a whole log', async () => {
    disk = new Disk();
    const running = ['a', 'b'].map((name) => storage.run(() => store(name)));
    await disk.asked(2);
    disk.fail();
    for (const result of await Promise.allSettled(running)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(Error) });
      expect(isStorageFailure((result as PromiseRejectedResult).reason)).toBe(true);
    }
    disk.leave();
    // While somebody reads from the log it cannot be folded into the file.
    other.exec('BEGIN');
    expect(stored()).toEqual(['a', 'b']);
    await expect(storage.run(() => store('c'))).rejects.toThrow(/disk/);
    await expect(storage.transaction((manager) => manager.query(SETTING, ['d', 'x']))).rejects.toThrow(/disk/);
    other.exec('COMMIT');
    await storage.run(() => store('e'));
    expect(stored()).toEqual(['a', 'b', 'e']);
  });

  it('stores nothing when it cannot be committed, and all of the next one', async () => {
    await dataSource.query('CREATE TABLE parents (id TEXT PRIMARY KEY)');
    await dataSource.query('CREATE TABLE children (id TEXT REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED)');
    await dataSource.query('PRAGMA foreign_keys = ON');
    const orphan = storage.run(function* () {
      yield* store('orphaned');
      yield writing('INSERT INTO children VALUES (?)', ['nobody']);
    });
    await expect(orphan).rejects.toMatchObject({ code: expect.stringContaining('SQLITE_CONSTRAINT') });
    await storage.run(() => store('next'));
    expect(stored()).toEqual(['next']);
  });

  it('gives the queue of partner postbacks its turn while one follows the other', async () => {
    const { queue } = createOutbox(dataSource, OUTBOX_TABLES);
    let isAnswered = false;
    const counted = queue.counts(['partner']).finally(() => {
      isAnswered = true;
    });
    let commits = 0;
    for (; !isAnswered && commits < 500; commits++) await storage.run(() => store(`${commits}`));
    expect(commits).toBeLessThan(500);
    expect(await counted).toMatchObject({ pending: 0 });
  });

  it.each([
    ['another journal', 'journal_mode = DELETE'],
    ['less than FULL', 'synchronous = NORMAL'],
  ])('is committed as ever where the connection has %s', (_, pragma) => {
    const connection = new Libsql(join(folder, 'other.db'));
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      expect(SqliteLog.of(connection as never)).toBeInstanceOf(SqliteLog);
      connection.prepare(`PRAGMA ${pragma}`).all([]);
      expect(SqliteLog.of(connection as never)).toBeUndefined();
    } finally {
      connection.close();
    }
  });

  it('is committed as ever in a database in memory', () => {
    const connection = new Libsql(':memory:');
    expect(SqliteLog.of(connection as never)).toBeUndefined();
    connection.close();
  });
});
