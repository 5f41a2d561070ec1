import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { change, report, unique } from '../support/messages.js';
import { type Answer, click } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { startTrackerProcess, type TrackerProcess } from '../support/tracker-process.js';
import { untilWaiting } from '../support/until-waiting.js';

const MANY = 200;
const seed = catalogOf([
  offerOf('capped', { caps: { conversionsPerDay: 7 } }),
  offerOf('budget', { caps: { payoutTotal: '10.00' }, payout: [{ kind: 'fixed', amount: '1.50' }] }),
  offerOf('fresh', { caps: { payoutTotal: '10.00' }, payout: [{ kind: 'fixed', amount: '1.50' }] }),
  offerOf('once', { duplicates: { purchase: 'once_per_click' } }),
  offerOf('adding', { duplicates: { purchase: 'increment' }, payout: [{ kind: 'percent', percent: '10' }] }),
]);

function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { body } of answers) {
    const name = String(body.reason ?? body.outcome);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('two tracker processes on one PostgreSQL', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  let other: TrackerProcess;
  /** From before its cap is reached: a few seconds after that, visitors are sent elsewhere. */
  let capped: string;
  beforeAll(async () => {
    database = await createPostgresDatabase();
    tracker = await startTracker({ database, options: { seed } });
    other = await startTrackerProcess({ database: database.options, seed });
    capped = await click(tracker, 'capped');
  });
  afterAll(async () => {
    await other?.stop();
    await tracker?.close();
    await database.drop();
  });

  /** Many requests at the same time, every second one to the other process. */
  const together = (request: (to: Tracker, i: number) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(Array.from({ length: MANY }, (_, i) => request(i % 2 ? { ...tracker, url: other.url } : tracker, i)));
  const stored = async (clickId: string) =>
    database.query('SELECT * FROM tallyback_conversions WHERE click_id = $1', [clickId]);

  /** Sends while somebody else holds a lock, and lets go when so many wait for it. */
  async function whileLocked(
    lock: string,
    waiters: number,
    { send, meanwhile }: { send: () => Promise<Answer>[]; meanwhile?: (locker: pg.Client) => Promise<unknown> },
  ): Promise<Answer[]> {
    const locker = new pg.Client({ connectionString: (database.options as { url: string }).url });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query(lock);
      const answers = send();
      await untilWaiting(database, waiters);
      await meanwhile?.(locker);
      await locker.query('COMMIT');
      return await Promise.all(answers);
    } finally {
      await locker.end();
    }
  }

  it('fill a cap to the last place and not beyond', async () => {
    const answers = await together((to) => report(to, { clickId: capped, transactionId: unique() }));
    expect(tally(answers)).toEqual({ recorded: 7, cap_reached: MANY - 7 });
    expect(await stored(capped)).toHaveLength(7);
  });

  it('spend a budget to the last cent that fits and not beyond', async () => {
    const clickId = await click(tracker, 'budget');
    const answers = await together((to) => report(to, { clickId, transactionId: unique() }));
    expect(tally(answers)).toEqual({ recorded: 6, cap_reached: MANY - 6 });
  });

  it('see what another process spent while they waited for its commit', async () => {
    const [offer] = await database.query("SELECT id FROM tallyback_offers WHERE key = 'fresh'");

    const insert = `INSERT INTO tallyback_counters (scope, event, period, currency, conversions, revenue, payout)
      VALUES ('offer:${offer?.id}', '', 'total', $1, $2, 0, $3)`;
    await database.query(insert, ['', 0, 0]);
    const clickId = await click(tracker, 'fresh');
    const answer = await whileLocked('SELECT 1 FROM tallyback_counters FOR UPDATE', 1, {
      send: () => [report(tracker, { clickId, transactionId: unique() })],
      meanwhile: (locker) => locker.query(insert, ['EUR', 1, 900]),
    });
    expect(tally(answer)).toEqual({ cap_reached: 1 });
  });

  it('count a click once', async () => {
    const clickId = await click(tracker, 'once');
    const answers = await together((to) => report(to, { clickId, transactionId: unique() }));
    expect(tally(answers)).toEqual({ recorded: 1, duplicate: MANY - 1 });
    expect(await stored(clickId)).toHaveLength(1);
  });

  it('give the last place to one of two copies, and call the other a duplicate', async () => {
    const [full] = await database.query('SELECT transaction_id FROM tallyback_conversions ORDER BY id LIMIT 1');
    const freed = await change(tracker, { transactionId: full?.transaction_id, status: 'rejected' });
    expect(freed.body).toMatchObject({ outcome: 'updated' });
    const data = { clickId: capped, transactionId: unique() };
    // Both have looked for the order and found none when they wait for the counter.
    const answers = await whileLocked('SELECT 1 FROM tallyback_counters FOR UPDATE', 2, {
      send: () => [report(tracker, data), report({ ...tracker, url: other.url }, data)],
    });
    expect(tally(answers)).toEqual({ recorded: 1, duplicate: 1 });
  });

  it('add every addition to one order once, whichever of them gets it, and again when it is retried', async () => {
    const clickId = await click(tracker, 'adding');
    const data = { clickId, transactionId: unique(), revenue: '1.00', currency: 'EUR' };
    const id = unique('add');
    const answers = await together((to, i) => report(to, data, { id: `${id}_${i >> 1}` }));
    expect(tally(answers)).toEqual({ recorded: 1, updated: MANY / 2 - 1, duplicate: MANY / 2 });
    expect((await stored(clickId)).map(({ revenue, payout }) => [Number(revenue), Number(payout)])).toEqual([
      [100 * (MANY / 2), 10 * (MANY / 2)],
    ]);
  });

  it('call a copy a duplicate although it waited for its twin to change the order', async () => {
    const data = { clickId: await click(tracker, 'adding'), transactionId: unique(), revenue: '1.00', currency: 'EUR' };
    await report(tracker, data);
    const id = unique('refund');
    const refund = (to: Tracker) => report(to, { ...data, status: 'refunded' }, { id });
    // Both have looked for the delivery and found none when they wait for the order.
    const order = `SELECT 1 FROM tallyback_conversions WHERE transaction_id = '${data.transactionId}' FOR UPDATE`;
    const answers = await whileLocked(order, 2, {
      send: () => [refund(tracker), refund({ ...tracker, url: other.url })],
    });
    expect(tally(answers)).toEqual({ updated: 1, duplicate: 1 });
  });

  it('do not wait for each other in a circle when they get the same orders in opposite directions', async () => {
    const clickId = await click(tracker, 'adding');
    const transactionIds = Array.from({ length: MANY / 2 }, () => unique());
    const answers = await together((to, i) => {
      const at = i % 2 ? MANY / 2 - 1 - (i >> 1) : i >> 1;
      return report(to, { clickId, transactionId: transactionIds[at], revenue: '1.00', currency: 'EUR' });
    });
    expect(tally(answers)).toEqual({ recorded: MANY / 2, updated: MANY / 2 });
    const rows = await stored(clickId);
    expect(rows.map(({ revenue }) => Number(revenue))).toEqual(Array(MANY / 2).fill(200));
  });
});
