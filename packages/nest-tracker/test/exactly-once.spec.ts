import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresDatabase, DATABASES, type TestDatabase } from './support/databases.js';
import { created, post, unique } from './support/messages.js';
import { type Answer, click, type Json, manage } from './support/requests.js';
import { startTracker, type Tracker } from './support/start-tracker.js';

const COPIES = 1_000;

function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = `${status} ${body.reason ?? body.outcome}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function expectOneConversion(database: TestDatabase, tracker: Tracker, clickId: string): Promise<void> {
  const rows = await database.query('SELECT * FROM tallyback_conversions WHERE click_id = $1', [clickId]);
  expect(rows).toHaveLength(1);
  const ledger = await database.query('SELECT * FROM tallyback_ledger WHERE conversion_id = $1', [rows[0]?.id]);
  expect(ledger).toHaveLength(1);
  const log = await database.query(
    'SELECT outcome, COUNT(*) AS n FROM tallyback_inbound_postbacks WHERE click_id = $1 GROUP BY 1 ORDER BY 1',
    [clickId],
  );
  expect(log.map(({ outcome, n }) => [outcome, Number(n)])).toEqual([
    ['duplicate', COPIES - 1],
    ['recorded', 1],
  ]);
  const report = await manage(tracker, '/v1/reports?groupBy=campaign&filter[campaign]=boots');
  expect((report.body.rows as Json[])[0]).toMatchObject({ conversions: 1, revenue: '49.90', payout: '4.99' });
}

async function sendCopies(
  trackers: readonly [Tracker, ...Tracker[]],
  sameDelivery: boolean,
): Promise<{ clickId: string; answers: Answer[] }> {
  const clickId = await click(trackers[0], 'boots');
  const message = created({ clickId, transactionId: unique(), revenue: '49.90', currency: 'EUR' });
  const id = unique('msg');
  const copies = Array.from({ length: COPIES }, (_, i) =>
    post(trackers[i % trackers.length] ?? trackers[0], message, sameDelivery ? { id } : {}),
  );
  return { clickId, answers: await Promise.all(copies) };
}

describe.each(DATABASES)('1,000 concurrent copies of one conversion on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createDatabase();
    tracker = await startTracker({ database });
  });
  afterAll(async () => {
    await tracker?.close();
    await database.drop();
  });

  it('make one conversion, one ledger entry and one in the report; all others are duplicates', async () => {
    const { clickId, answers } = await sendCopies([tracker], true);
    expect(tally(answers)).toEqual({ '201 recorded': 1, '200 duplicate': COPIES - 1 });
    expect(new Set(answers.map(({ body }) => body.conversionId)).size).toBe(1);
    await expectOneConversion(database, tracker, clickId);
  }, 60_000);
});

describe('1,000 concurrent copies of one conversion at two trackers on one PostgreSQL', () => {
  let database: TestDatabase;
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    database = await createPostgresDatabase();
    // At the same time, so that both migrate and seed one database.
    const both = [startTracker({ database }), startTracker({ database, adapter: 'Express' })];
    trackers.push(...(await Promise.all(both)));
  });
  afterAll(async () => {
    await Promise.all(trackers.map((tracker) => tracker.close()));
    await database.drop();
  });

  it('make one conversion, even as deliveries of their own', async () => {
    const [first, second] = trackers;
    if (!first || !second) throw new Error('The trackers did not start.');
    const { clickId, answers } = await sendCopies([first, second], false);
    expect(tally(answers)).toEqual({ '201 recorded': 1, '200 duplicate': COPIES - 1 });
    await expectOneConversion(database, second, clickId);
  }, 60_000);
});
