import { afterEach, describe, expect, it } from '@jest/globals';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { type Answer, click, send } from '../support/requests.js';
import { MATRIX, startTracker, type Tracker } from '../support/start-tracker.js';

let database: TestDatabase;
let tracker: Tracker;
afterEach(async () => {
  await tracker.close();
  await database.drop();
});

describe.each(MATRIX)('closing on $database with $adapter', ({ createDatabase, adapter }) => {
  it('answers what was accepted, and what was answered is stored', async () => {
    database = await createDatabase();
    tracker = await startTracker({ database, adapter });
    const clickId = await click(tracker, 'boots');
    const orders = Array.from({ length: 20 }, () => ({ clickId, transactionId: unique() }));
    const requests: Promise<Answer | 'not accepted'>[] = [
      ...orders.map((order) => report(tracker, order)),
      ...Array.from({ length: 20 }, () => send(tracker, '/c/boots')),
    ].map((answer) => answer.catch(() => 'not accepted' as const));
    await requests[0];
    await tracker.close();
    const answers = await Promise.all(requests);
    const recorded = orders.filter((_, i) => (answers[i] as Answer).status === 201);
    expect(recorded.length).toBeGreaterThan(0);
    const conversions = await database.query('SELECT transaction_id FROM tallyback_conversions');
    const stored = new Set(conversions.map((row) => row.transaction_id));
    expect(recorded.every(({ transactionId }) => stored.has(transactionId))).toBe(true);
    const clickIds = answers
      .slice(orders.length)
      .flatMap((answer) => (answer !== 'not accepted' && answer.status === 302 ? [answer.headers.location ?? ''] : []))
      .map((location) => new URL(location).searchParams.get('clickid'));
    const clicks = new Set((await database.query('SELECT id FROM tallyback_clicks')).map(({ id }) => id));
    expect(clickIds.every((id) => clicks.has(id))).toBe(true);
    for (const answer of answers) if (answer !== 'not accepted') expect([201, 302, 503]).toContain(answer.status);
  });

  it('may happen twice', async () => {
    database = await createDatabase();
    tracker = await startTracker({ database, adapter });
    await tracker.close();
    await tracker.close();
    await expect(send(tracker, '/health')).rejects.toThrow();
  });
});

describe('a PostgreSQL that cuts all connections', () => {
  it('costs no answered click, and the tracker goes on', async () => {
    database = await createPostgresDatabase();
    tracker = await startTracker({ database });
    const ids = [await click(tracker, 'boots')];
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'tallyback'`;
    const answers = [];
    for (let round = 0; round < 5; round++) {
      const clicks = Array.from({ length: 10 }, () => send(tracker, '/c/boots'));
      expect((await database.query(cut)).length).toBeGreaterThan(0);
      answers.push(...(await Promise.all(clicks)));
      ids.push(await click(tracker, 'boots').catch(() => click(tracker, 'boots')));
    }
    for (const { status, headers } of answers) {
      expect([302, 503]).toContain(status);
      if (status === 302) ids.push(new URL(headers.location ?? '').searchParams.get('clickid') ?? '');
    }
    const stored = new Set((await database.query('SELECT id FROM tallyback_clicks')).map(({ id }) => id));
    expect(ids.filter((id) => !stored.has(id))).toEqual([]);
  });
});
