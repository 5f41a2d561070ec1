import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOutbox } from '@tallyback/sdk-node/outbox';
import Libsql from 'libsql';
import type { DataSource } from 'typeorm';
import { OUTBOX_TABLES } from '../partner-postbacks/outbox-tables.js';
import { createTrackerDataSource } from './open-database.js';
import { runTrackerMigrations } from './run-migrations.js';
import { runOnSqlite } from './run-work.js';
import { commitAside, commitUnderWay, SqliteCommits } from './sqlite-commit.js';
import { type SqliteConnection, sqliteConnectionOf } from './sqlite-connection.js';
import { type TransactionWork, writing } from './transaction-work.js';

const SETTING = 'INSERT INTO tallyback_settings (name, value) VALUES (?, ?)';

function* store(name: string): TransactionWork<void> {
  yield writing(SETTING, [name, 'x']);
}

describe('a SQLite commit that is waited for aside', () => {
  let folder: string;
  let dataSource: DataSource;
  let connection: SqliteConnection;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nest-tracker-'));
    dataSource = createTrackerDataSource({ type: 'sqlite', path: join(folder, 'tracker.db') });
    await dataSource.initialize();
    await runTrackerMigrations(dataSource);
    connection = sqliteConnectionOf(dataSource);
  });
  afterEach(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (work: () => TransactionWork<void>, commit = commitAside) =>
    runOnSqlite(connection, new Map(), work, commit);
  const stored = () => {
    const other = new Libsql(join(folder, 'tracker.db'));
    const rows = other.prepare("SELECT name FROM tallyback_settings WHERE value = 'x' ORDER BY name").all([]);
    other.close();
    return (rows as { name: string }[]).map(({ name }) => name);
  };

  it('lets the event loop go on, and is over for everybody when it resolves', async () => {
    let isOver = false;
    const running = run(() => store('a')).then(() => {
      isOver = true;
    });
    // As far as it gets without the event loop; the driver's thread can only answer through it.
    for (let step = 0; step < 100; step++) await undefined;
    expect(isOver).toBe(false);
    await running;
    expect(stored()).toEqual(['a']);
  });

  it('stores nothing of a transaction that cannot be committed, and all of the next one', async () => {
    await dataSource.query('CREATE TABLE parents (id TEXT PRIMARY KEY)');
    await dataSource.query('CREATE TABLE children (id TEXT REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED)');
    await dataSource.query('PRAGMA foreign_keys = ON');
    const orphan = run(function* () {
      yield* store('orphaned');
      yield writing('INSERT INTO children VALUES (?)', ['nobody']);
    });
    await expect(orphan).rejects.toMatchObject({ code: expect.stringContaining('SQLITE_CONSTRAINT') });
    await run(() => store('next'));
    expect(stored()).toEqual(['next']);
  });

  it('gives the queue of partner postbacks its turn while one transaction follows the other', async () => {
    const { queue } = createOutbox(dataSource, OUTBOX_TABLES);
    let isAnswered = false;
    const counted = queue.counts(['partner']).finally(() => {
      isAnswered = true;
    });
    let commits = 0;
    // The next one begins as soon as the one before it is over, as with visitors who never stop coming.
    for (; !isAnswered && commits < 500; commits++) await run(() => store(`${commits}`));
    expect(commits).toBeLessThan(500);
    expect(await counted).toMatchObject({ pending: 0 });
  });

  it.each([
    ['quick', 0, false],
    ['slow', 10, true],
  ])('happens on a %s disk where it is better', async (_, milliseconds, isAside) => {
    let time = 0;
    const commits = new SqliteCommits(() => {
      time += milliseconds;
      return time;
    });
    const ways = new Set<boolean>();
    for (let i = 0; i < 40; i++) {
      const running = run(
        () => store(`${i}`),
        (given) => {
          const committing = commits.commit(given);
          ways.add(commitUnderWay(given) !== undefined);
          return committing;
        },
      );
      await running;
    }
    expect(ways.has(true)).toBe(isAside);
    // The slow one is asked now and then whether it still is.
    expect(ways.has(false)).toBe(true);
    expect(stored()).toHaveLength(40);
  });
});
