import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversionStatus } from '@tallyback/protocol';
import fc from 'fast-check';
import { DATABASES, type TestDatabase } from './support/databases.js';
import { change, report, unique } from './support/messages.js';
import { type Answer, click, type Json, manage } from './support/requests.js';
import { startTracker, type Tracker } from './support/start-tracker.js';

type Policy = 'ignore' | 'update' | 'increment' | 'reject';

/** One message of a random sequence; `cents` is undefined where it carries no revenue. */
interface Command {
  readonly type: 'created' | 'updated' | 'retry';
  readonly order: number;
  readonly cents: number | undefined;
  readonly status: ConversionStatus | undefined;
}

interface Order {
  status: ConversionStatus;
  cents: bigint;
}

const NEXT: Record<ConversionStatus, readonly string[]> = {
  pending: ['approved', 'rejected'],
  approved: ['rejected', 'refunded'],
  rejected: [],
  refunded: [],
};
const counts = ({ status }: Order) => status === 'approved' || status === 'pending';

/** 10 % with ties to the even cent. */
function tenPercent(cents: bigint): bigint {
  const whole = cents / 10n;
  const rest = cents % 10n;
  return rest > 5n || (rest === 5n && whole % 2n === 1n) ? whole + 1n : whole;
}

/** The rules of duplicates and statuses, told once more in the simplest way. */
class Model {
  readonly orders = new Map<number, Order>();

  constructor(private readonly policy: Policy) {}

  apply({ type, order: number, cents, status }: Command): string {
    const order = this.orders.get(number);
    if (type === 'retry') return order ? 'duplicate' : 'nothing to retry';
    if (!order) {
      if (type === 'updated' || status === 'refunded') return 'status_transition_invalid';
      this.orders.set(number, { status: status ?? 'approved', cents: BigInt(cents ?? 0) });
      return 'recorded';
    }
    if (type === 'created' && this.policy === 'reject') return 'duplicate_refused';
    if (type === 'created' && this.policy === 'ignore') return 'duplicate';
    const add = type === 'created' && this.policy === 'increment';
    const next = cents === undefined ? order.cents : BigInt(cents) + (add ? order.cents : 0n);
    const target = status ?? order.status;
    if (target !== order.status && !NEXT[order.status].includes(target)) return 'status_transition_invalid';
    if (next === order.cents && target === order.status) return 'duplicate';
    if (next !== order.cents && !counts(order)) return 'status_transition_invalid';
    order.cents = next;
    order.status = target;
    return 'updated';
  }

  totals(): Json {
    const counted = [...this.orders.values()].filter(counts);
    return {
      conversions: counted.length,
      revenue: counted.reduce((sum, { cents }) => sum + cents, 0n),
      payout: counted.reduce((sum, { cents }) => sum + tenPercent(cents), 0n),
    };
  }
}

const command: fc.Arbitrary<Command> = fc
  .record({
    type: fc.constantFrom('created', 'created', 'updated', 'updated', 'retry'),
    order: fc.nat(2),
    cents: fc.option(fc.oneof(fc.nat(9_999), fc.constantFrom(0, 5, 15, 25, 99_999_999_999)), { nil: undefined }),
    status: fc.option(fc.constantFrom('pending', 'approved', 'rejected', 'refunded'), { nil: undefined, freq: 2 }),
  })
  .map((made) => ({
    ...made,
    // An update must bring something.
    status: made.type === 'updated' && made.cents === undefined ? (made.status ?? 'approved') : made.status,
  })) as fc.Arbitrary<Command>;

const outcome = ({ body }: Answer) => String(body.reason ?? body.outcome);
const decimal = (cents: bigint) => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
const minor = (amount: unknown) => BigInt(String(amount).replace('.', ''));

describe.each(DATABASES)('on $database', ({ createDatabase }) => {
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

  /** Sends the commands for orders of their own, telling them apart by the click's sub1. */
  async function run(policy: Policy, commands: readonly Command[]): Promise<void> {
    const model = new Model(policy);
    const sub1 = unique('run');
    const clickId = await click(tracker, policy, `sub1=${sub1}`);
    const last = new Map<number, () => Promise<Answer>>();
    for (const step of commands) {
      const { type, order, cents, status } = step;
      const data = {
        clickId,
        transactionId: `${sub1}-${order}`,
        ...(cents !== undefined && { revenue: decimal(BigInt(cents)), currency: 'EUR' }),
        ...(status && { status }),
      };
      const id = unique('msg');
      const expected = model.apply(step);
      const deliver = () => (type === 'updated' ? change : report)(tracker, data, { id });
      const send = type === 'retry' ? last.get(order) : deliver;
      if (!send) continue;
      const answer = await send();
      expect(outcome(answer)).toBe(expected);
      if (type !== 'retry' && ['recorded', 'updated'].includes(expected)) last.set(order, deliver);
    }
    const [ledger] = await database.query(
      `SELECT COALESCE(SUM(l.revenue_delta), 0) AS revenue, COALESCE(SUM(l.payout_delta), 0) AS payout
         FROM tallyback_ledger l JOIN tallyback_conversions c ON c.id = l.conversion_id WHERE c.click_id = $1`,
      [clickId],
    );
    const [stored] = await database.query(
      `SELECT COUNT(*) AS conversions, COALESCE(SUM(revenue), 0) AS revenue, COALESCE(SUM(payout), 0) AS payout
         FROM tallyback_conversions WHERE click_id = $1 AND status IN ('approved', 'pending')`,
      [clickId],
    );
    const { body } = await manage(tracker, `/v1/reports?filter[sub1]=${sub1}&groupBy=sub1`);
    const [reported] = body.rows as Json[];
    const expected = model.totals();
    expect({
      conversions: Number(stored?.conversions),
      revenue: minor(stored?.revenue),
      payout: minor(stored?.payout),
    }).toEqual(expected);
    expect({ ...expected, revenue: minor(ledger?.revenue), payout: minor(ledger?.payout) }).toEqual(expected);
    expect({
      conversions: reported?.conversions,
      revenue: minor(reported?.revenue),
      payout: minor(reported?.payout),
    }).toEqual(expected);
  }

  it.each(['ignore', 'update', 'increment', 'reject'] as const)(
    'ledger, conversions and report agree to the cent after any sequence of messages under "%s"',
    async (policy) => {
      const sequences = fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), (commands) =>
        run(policy, commands),
      );
      await fc.assert(sequences, { numRuns: 15 });
    },
    30_000,
  );
});
