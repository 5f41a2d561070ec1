import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DATABASES, type TestDatabase } from './support/databases.js';
import { type Intake, intakeCommands } from './support/intake-model/commands.js';
import { IntakeModel, ledgerOf, payoutOf } from './support/intake-model/model.js';
import { lateClick } from './support/late-click.js';
import type { Policy } from './support/ledger-model.js';
import { unique } from './support/messages.js';
import { click } from './support/requests.js';
import { startTracker, type Tracker } from './support/start-tracker.js';

const policies = fc.constantFrom<Policy>('ignore', 'update', 'increment', 'reject');

/** What is stored about the orders of a run is what the model holds of them, and the ledger tells how it came to be. */
async function expectStored(database: TestDatabase, model: IntakeModel, { prefix }: Intake): Promise<void> {
  const rows = await database.query(
    `SELECT c.transaction_id, c.status, c.revenue, c.payout, c.campaign_id, COUNT(*) AS changes,
            SUM(l.revenue_delta) AS ledger_revenue, SUM(l.payout_delta) AS ledger_payout
       FROM tallyback_conversions c JOIN tallyback_ledger l ON l.conversion_id = c.id
      WHERE c.transaction_id LIKE $1
      GROUP BY c.id, c.transaction_id, c.status, c.revenue, c.payout, c.campaign_id ORDER BY c.transaction_id`,
    [`${prefix}-%`],
  );
  const stored = rows.map(({ transaction_id, status, campaign_id, ...numbers }) => {
    const [revenue, payout, changes, ...sums] = Object.values(numbers).map((value) => BigInt(String(value)));
    return { transaction_id, status, attributed: campaign_id !== null, revenue, payout, changes, sums };
  });
  const expected = [...model.orders]
    .sort(([a], [b]) => a - b)
    .map(([number, order]) => ({
      transaction_id: `${prefix}-${number}`,
      status: order.status,
      attributed: order.attributed,
      revenue: order.cents,
      payout: payoutOf(order),
      changes: BigInt(model.changes.get(number) ?? 0),
      sums: Object.values(ledgerOf(order)),
    }));
  expect(stored).toEqual(expected);
}

describe.each(DATABASES)('the intake on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createDatabase();
    tracker = await startTracker({ database });
  });
  afterAll(async () => {
    await tracker.close();
    await database.drop();
  });

  it('answers and stores what the model does, whatever is reported, repeated, replayed, decided and found later', async () => {
    await fc.assert(
      fc.asyncProperty(policies, intakeCommands, async (policy, commands) => {
        const intake = {
          tracker,
          prefix: unique('run'),
          clickId: await click(tracker, policy),
          late: await lateClick(tracker, policy),
        };
        const model = new IntakeModel(policy);
        await fc.asyncModelRun(() => ({ model, real: intake }), commands);
        await expectStored(database, model, intake);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
