import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OUTBOX_TABLES } from '../../src/partner-postbacks/outbox-tables.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { type Json, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const TABLE = `${OUTBOX_TABLES}_deliveries`;

describe('GET /health', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  let counted: number;
  beforeEach(async () => {
    database = await createSqliteDatabase();
    tracker = await startTracker({ database });
    counted = 0;
    const { dataSource } = tracker.get(TrackerStorage);
    const logQuery = dataSource.logger.logQuery.bind(dataSource.logger);
    dataSource.logger.logQuery = (text, ...more) => {
      if (text.includes('GROUP BY destination')) counted++;
      logQuery(text, ...more);
    };
  });
  afterEach(async () => {
    await tracker.close();
    await database.drop();
  });

  const pending = async () => ((await send(tracker, '/health')).body.queue as Json).pending;
  it('counts a short outbox whenever it is asked, and once for all who ask at a time', async () => {
    const first = await Promise.all([pending(), pending(), pending()]);
    expect(first).toEqual([0, 0, 0]);
    expect(counted).toBeLessThanOrEqual(3);
    const before = counted;
    await database.query(`INSERT INTO ${TABLE} (id, seq, destination, event, transaction_id, position, body, created_at, due_at,
      state, attempt, step, fence) VALUES ('a', 1, 'partner.x', 'purchase', 't', 0, '{}', 1, 1, 0, 0, 0, 0)`);
    expect(await pending()).toBe(1);
    expect(counted).toBe(before + 1);
  });

  it('does not count a long one again and again, and still sees it change', async () => {
    await database.query(`ALTER TABLE ${TABLE} RENAME TO hidden`);
    // Rows that are made up while they are read stand for an outbox that takes long to count.
    await database.query('CREATE TABLE size AS SELECT 200000 AS rows');
    await database.query(`CREATE VIEW ${TABLE} AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
      LIMIT (SELECT rows FROM size)) SELECT 'partner.' || (i % 9) AS destination, 0 AS state, i AS due_at FROM n`);
    expect(await pending()).toBe(200_000);
    expect(await Promise.all(Array.from({ length: 20 }, pending))).toEqual(Array(20).fill(200_000));
    expect(counted).toBe(1);
    await database.query('UPDATE size SET rows = 7');
    while ((await pending()) !== 7) await new Promise(setImmediate);
    expect(counted).toBe(2);
  });

  it('tells figures that are no older than a minute, however long counting had to wait', async () => {
    let hours = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => 3_600_000 * hours++);
    const timers = jest.spyOn(globalThis, 'setTimeout');
    try {
      await pending();
      expect(timers.mock.calls.map(([, delay]) => delay)).toContain(60_000);
    } finally {
      clock.mockRestore();
      timers.mockRestore();
    }
  });
});
