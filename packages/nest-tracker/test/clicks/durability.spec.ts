import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { createPostgresDatabase, createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { postback, report } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, send } from '../support/requests.js';
import { MATRIX, startTracker, type Tracker } from '../support/start-tracker.js';
import { untilWaiting } from '../support/until-waiting.js';

async function storedIds(database: TestDatabase): Promise<Set<unknown>> {
  return new Set((await database.query('SELECT id FROM tallyback_clicks')).map(({ id }) => id));
}

describe('clicks that come in together', () => {
  onEveryTracker((current, { database: name }) => {
    it('are all stored, each under its own id, and share commits', async () => {
      const { tracker } = current;
      const ids = await Promise.all(Array.from({ length: 100 }, (_, i) => click(tracker, 'boots', `sub1=${i}`)));
      const stored = await storedIds(tracker.database);
      expect(stored).toEqual(new Set(ids));
      expect(stored.size).toBe(100);
      if (name !== 'PostgreSQL') return;
      const [row] = await tracker.database.query('SELECT COUNT(DISTINCT xmin::text) AS commits FROM tallyback_clicks');
      expect(Number(row?.commits)).toBeLessThan(100);
    });
  });
});

describe('a redirect', () => {
  let tracker: Tracker | undefined;
  afterEach(async () => {
    await tracker?.close();
    await tracker?.database.drop();
    tracker = undefined;
  });

  it('waits for the commit: while the database cannot write, nobody is redirected', async () => {
    const database = await createPostgresDatabase();
    tracker = await startTracker({ database });
    const locker = new pg.Client({ connectionString: (database.options as { url: string }).url });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE tallyback_clicks IN ACCESS EXCLUSIVE MODE');
      let answered: Answer | undefined;
      const answer = send(tracker, '/c/boots').then((value) => {
        answered = value;
        return value;
      });
      await untilWaiting(database);
      expect(answered).toBeUndefined();
      await locker.query('COMMIT');
      expect((await answer).status).toBe(302);
    } finally {
      await locker.end();
    }
  });

  // To wait inside SQLite would take five seconds for each of the requests.
  it('waits for another process that writes to the SQLite file, and keeps nobody else waiting', async () => {
    const database = await createSqliteDatabase();
    tracker = await startTracker({ database });
    await database.query('BEGIN IMMEDIATE');
    const answer = send(tracker, '/c/boots');
    for (let i = 0; i < 20; i++) expect((await send(tracker, '/health/live')).status).toBe(200);
    expect(await storedIds(database)).toEqual(new Set());
    await database.query('ROLLBACK');
    expect((await answer).status).toBe(302);
    expect((await storedIds(database)).size).toBe(1);
  });

  describe.each(MATRIX)('on $database with $adapter', ({ createDatabase, adapter }) => {
    it('never happens unrecorded: without its table the visitor gets 503 and may try again', async () => {
      tracker = await startTracker({ database: await createDatabase(), adapter });
      await click(tracker, 'boots');
      await tracker.database.query('DROP TABLE tallyback_clicks');
      for (const path of ['/c/boots', '/o/boots']) expectUnavailable(await send(tracker, path));
    });

    it('never happens unrecorded: with the connection closed the visitor gets 503, and so does a postback', async () => {
      tracker = await startTracker({ database: await createDatabase(), adapter });
      await tracker.get(TrackerStorage).dataSource.destroy();
      expectUnavailable(await send(tracker, '/c/boots'));
      expectUnavailable(await send(tracker, '/c/closed-with-fallback'));
      const clickId = '01arz3ndektsv4rrffq69g5fav';
      expectUnavailable(await report(tracker, { clickId, transactionId: 'T-1' }));
      expectUnavailable(await send(tracker, postback({ clickid: clickId, txid: 'T-1' })));
      expect((await send(tracker, '/health')).status).toBe(503);
    });

    it('never happens unlogged: a fallback that cannot be logged is 503 as well', async () => {
      tracker = await startTracker({ database: await createDatabase(), adapter });
      await tracker.database.query('DROP TABLE tallyback_inbound_postbacks');
      expectUnavailable(await send(tracker, '/c/closed-with-fallback'));
    });
  });
});

function expectUnavailable(answer: Answer): void {
  expect(answer.status).toBe(503);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ reason: 'storage_unavailable', status: 503 });
  expect(answer.body.outcome).toBeUndefined();
}
