import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConversionStatus, formatAmount, parseAmount } from '@tallyback/protocol';
import fc from 'fast-check';
import { DATABASES, type TestDatabase } from './support/databases.js';
import {
  type Command,
  isCounted,
  isExplained,
  type Observed,
  type Policy,
  tenPercent,
} from './support/ledger-model.js';
import { change, decide, report, unique } from './support/messages.js';
import { type Answer, click, type Json, manage } from './support/requests.js';
import { startTracker, type Tracker } from './support/start-tracker.js';

/** A request of a random sequence, with how often it is sent at the same time. */
interface Planned extends Omit<Command, 'delivery'> {
  readonly copies: number;
  /** Sent together with the one before it. */
  readonly together: boolean;
  /** Sent again with the next wave, as after an answer that got lost. */
  readonly retried: boolean;
}

const cents = fc.oneof(fc.nat(9_999), fc.constantFrom(0, 5, 15, 25, 99_999_999_999)).map((number) => BigInt(number));

const planned: fc.Arbitrary<Planned> = fc
  .record({
    type: fc.constantFrom('created', 'created', 'updated', 'updated', 'decided'),
    order: fc.nat(2),
    cents: fc.option(cents, { nil: undefined }),
    status: fc.option(fc.constantFrom<ConversionStatus>('pending', 'approved', 'rejected', 'refunded'), {
      nil: undefined,
      freq: 2,
    }),
    copies: fc.constantFrom(1, 1, 1, 2),
    together: fc.boolean(),
    retried: fc.constantFrom(false, false, true),
  })
  .map((made) => ({
    ...made,
    // Everything but a new order has to bring something.
    status: made.type !== 'created' && made.cents === undefined ? (made.status ?? 'approved') : made.status,
  })) as fc.Arbitrary<Planned>;

/** Requests in waves; at most three about one order at the same time, so that every order of them can be tried. */
function wavesOf(plan: readonly Planned[]): Command[][] {
  const waves: Command[][] = [];
  let retries: Command[] = [];
  for (const { copies, together, retried, ...request } of plan) {
    const command = { ...request, delivery: request.type === 'decided' ? undefined : unique('msg') };
    let wave = waves[waves.length - 1];
    if (!wave || !together || wave.filter(({ order }) => order === command.order).length + copies > 3) {
      wave = retries;
      retries = [];
      waves.push(wave);
    }
    wave.push(...Array<Command>(copies).fill(command));
    if (retried && command.delivery !== undefined) retries = [command];
  }
  return retries.length > 0 ? [...waves, retries] : waves;
}

const outcome = ({ status, body }: Answer) => (status === 404 ? 'not found' : String(body.reason ?? body.outcome));
const minor = (amount: unknown) => parseAmount(String(amount), 'EUR');

describe.each(DATABASES)('on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    database = await createDatabase();
    // Two trackers where the database serves several: what one decides the other has to respect.
    for (let i = 0; i < (name === 'SQLite' ? 1 : 2); i++) trackers.push(await startTracker({ database }));
  });
  afterAll(async () => {
    await Promise.all(trackers.map((tracker) => tracker.close()));
    await database.drop();
  });
  const some = (n: number) => trackers[n % trackers.length] as Tracker;

  function send(tracker: Tracker, clickId: string, prefix: string, command: Command): Promise<Answer> {
    const { type, order, status, delivery } = command;
    const transactionId = `${prefix}-${order}`;
    const revenue = command.cents === undefined ? undefined : formatAmount(command.cents, 'EUR');
    const data = {
      transactionId,
      ...(revenue !== undefined && { revenue, currency: 'EUR' }),
      ...(status && { status }),
    };
    if (type === 'decided') return decide(tracker, { clickId, ...data });
    return type === 'updated'
      ? change(tracker, data, { id: delivery as string })
      : report(tracker, { clickId, ...data }, { id: delivery as string });
  }

  async function run(policy: Policy, plan: readonly Planned[]): Promise<void> {
    const prefix = unique('run');
    const clickId = await click(some(0), policy, `sub1=${prefix}`);
    const observed: Observed[][] = [];
    for (const wave of wavesOf(plan)) {
      const answers = await Promise.all(wave.map((command, i) => send(some(i), clickId, prefix, command)));
      observed.push(wave.map((command, i) => ({ ...command, outcome: outcome(answers[i] as Answer) })));
    }
    const rows = await database.query(
      `SELECT c.transaction_id, c.status, c.revenue, c.payout, SUM(l.revenue_delta) AS ledger_revenue,
              SUM(l.payout_delta) AS ledger_payout
         FROM tallyback_conversions c JOIN tallyback_ledger l ON l.conversion_id = c.id
        WHERE c.click_id = $1 GROUP BY c.id, c.transaction_id, c.status, c.revenue, c.payout`,
      [clickId],
    );
    const totals = { conversions: 0, revenue: 0n, payout: 0n };
    for (const order of [0, 1, 2]) {
      const row = rows.find(({ transaction_id }) => transaction_id === `${prefix}-${order}`);
      const stored = row && { status: row.status as ConversionStatus, cents: BigInt(String(row.revenue)) };
      const waves = observed.map((wave) => wave.filter((request) => request.order === order));
      if (!isExplained(policy, waves, stored)) {
        throw new Error(`No order of requests explains ${JSON.stringify({ waves, stored }, writable)}`);
      }
      if (!row || !stored) continue;
      expect(BigInt(String(row.payout))).toBe(tenPercent(stored.cents));
      const counted = isCounted(stored) ? [stored.cents, tenPercent(stored.cents)] : [0n, 0n];
      expect([BigInt(String(row.ledger_revenue)), BigInt(String(row.ledger_payout))]).toEqual(counted);
      totals.conversions += isCounted(stored) ? 1 : 0;
      totals.revenue += counted[0] ?? 0n;
      totals.payout += counted[1] ?? 0n;
    }
    const { body } = await manage(some(0), `/v1/reports?filter[sub1]=${prefix}&groupBy=sub1`);
    const [reported] = body.rows as Json[];
    expect({
      conversions: reported?.conversions,
      revenue: minor(reported?.revenue),
      payout: minor(reported?.payout),
    }).toEqual(totals);
  }

  it.each(['ignore', 'update', 'increment', 'reject'] as const)(
    'every answer, the ledger and the report agree to the cent with a model of "%s", whatever is sent at the same time',
    async (policy) => {
      const sequences = fc.array(planned, { minLength: 1, maxLength: 14 });
      await fc.assert(
        fc.asyncProperty(sequences, (plan) => run(policy, plan)),
        { numRuns: 8 },
      );
    },
  );
});

function writable(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
