import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TrackerEvents } from '../../src/index.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { Disk } from '../support/disk.js';
import { report, unique } from '../support/messages.js';
import { click, type Json, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

describe('a tracker on SQLite that waits for its disk', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  let disk: Disk | undefined;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    tracker = await startTracker({ database });
  });
  afterEach(() => disk?.leave());
  afterAll(async () => {
    await tracker?.close();
    await database.drop();
  });
  const countOf = async (table: string, where: string, value: string) => {
    const [row] = await database.query(`SELECT COUNT(*) AS n FROM tallyback_${table} WHERE ${where} = $1`, [value]);
    return Number(row?.n);
  };

  it('redirects a visitor when the click is on the disk, and answers others meanwhile', async () => {
    disk = new Disk();
    const order: string[] = [];
    const answer = send(tracker, '/c/boots?sub1=held').then(({ status }) => order.push(`answered ${status}`));
    await disk.asked();
    expect(await countOf('clicks', 'sub1', 'held')).toBe(1);
    expect((await send(tracker, '/health/live')).status).toBe(200);
    order.push('released');
    disk.release();
    await answer;
    expect(order).toEqual(['released', 'answered 302']);
  });

  it('answers a message, and tells of its conversion, when it is on the disk', async () => {
    const clickId = await click(tracker, 'boots');
    disk = new Disk();
    const order: string[] = [];
    const told = tracker.get(TrackerEvents).conversions$.subscribe(({ outcome }) => order.push(outcome));
    const transactionId = unique();
    const answer = report(tracker, { clickId, transactionId }).then(({ status }) => order.push(`answered ${status}`));
    await disk.asked();
    expect(await countOf('conversions', 'transaction_id', transactionId)).toBe(1);
    expect((await send(tracker, '/health/live')).status).toBe(200);
    order.push('released');
    disk.release();
    await answer;
    told.unsubscribe();
    expect(order).toEqual(['released', 'recorded', 'answered 201']);
  });

  it('answers 503 when the disk fails, and counts a message once that is sent again', async () => {
    const clickId = await click(tracker, 'boots', 'sub1=failing');
    const transactionId = unique();
    const message = { clickId, transactionId, revenue: '49.90', currency: 'EUR' };
    disk = new Disk();
    const answers = [send(tracker, '/c/boots'), report(tracker, message)];
    await disk.asked(2);
    disk.fail();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ status: 503, body: { reason: 'storage_unavailable' } });
    }
    disk.leave();
    const again = await report(tracker, message);
    expect([200, 201]).toContain(again.status);
    expect(await countOf('conversions', 'transaction_id', transactionId)).toBe(1);
    expect(await countOf('ledger', 'conversion_id', again.body.conversionId as string)).toBe(1);
    const { body } = await manage(tracker, '/v1/reports?groupBy=sub1&filter[sub1]=failing');
    expect((body.rows as Json[])[0]).toMatchObject({ conversions: 1, revenue: '49.90' });
    expect((await send(tracker, '/c/boots')).status).toBe(302);
  });
});
