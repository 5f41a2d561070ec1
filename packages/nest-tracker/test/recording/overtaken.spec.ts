import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ConversionsService } from '../../src/index.js';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { intakesOf } from '../support/intakes.js';
import { unique } from '../support/messages.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { untilWaiting } from '../support/until-waiting.js';

const LOCK = 'SELECT 1 FROM tallyback_conversions WHERE transaction_id = $1 FOR UPDATE';

/** A machine that stood still has had the tracker look before there was a deadlock: then the other one is ended. */
function isEnded(error: { code?: string }): false {
  if (error.code !== '40P01') throw error;
  return false;
}

describe('a group that PostgreSQL ends because another transaction is in its way', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  let other: pg.Client;
  beforeAll(async () => {
    database = await createPostgresDatabase();
    const { url } = database.options as { url: string };
    tracker = await startTracker({ database });
    other = new pg.Client({ connectionString: url });
    await other.connect();
    // Who has waited for a second looks for a deadlock, once: that is the tracker, and so it is the tracker that is ended.
    await other.query("SET deadlock_timeout = '10s'");
  });
  afterAll(async () => {
    await other?.end();
    await tracker?.close();
    await database.drop();
  });

  it('runs again, and its messages have their effect once', async () => {
    const service = tracker.get(ConversionsService);
    const intake = await intakesOf(tracker);
    for (let rounds = 1, isOvertaken = false; !isOvertaken; rounds++) {
      const run = unique();
      const orders = [`${run}-1`, `${run}-2`].map((transactionId) => ({ transactionId }));
      await service.recordAll(orders.map((order) => ({ intake: intake(order) })));
      await other.query('BEGIN');
      await other.query(LOCK, [`${run}-2`]);
      const refunds = orders.map((order) => ({
        intake: intake({ ...order, status: 'refunded' }, 'conversion.updated'),
      }));
      const results = service.recordAll(refunds);
      await untilWaiting(database);
      isOvertaken = await other.query(LOCK, [`${run}-1`]).then(() => true, isEnded);
      await other.query('ROLLBACK');
      expect(await results).toMatchObject([{ outcome: 'updated' }, { outcome: 'updated' }]);
      const ledger = await database.query("SELECT id FROM tallyback_ledger WHERE new_status = 'refunded'");
      expect(ledger).toHaveLength(2 * rounds);
    }
  });
});
