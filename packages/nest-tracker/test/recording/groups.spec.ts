import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CatalogService,
  ConversionsService,
  InboundPostback,
  type Intake,
  type IntakeRequest,
  type IntakeResult,
  TrackerEvents,
} from '../../src/index.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { intakesOf, type MakeIntake } from '../support/intakes.js';
import { unique } from '../support/messages.js';
import { click } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const TABLES = ['conversions', 'ledger', 'seen_deliveries', 'inbound_postbacks', 'counters'];
const seed = catalogOf([
  offerOf('boots', { payout: [{ kind: 'percent', percent: '10' }] }),
  offerOf('adding', { duplicates: { purchase: 'increment' } }),
  offerOf('once', { duplicates: { purchase: 'once_per_click' } }),
  offerOf('capped', { caps: { conversionsPerDay: 2 } }),
]);

function logRow(changes: Partial<InboundPostback> = {}): (result: IntakeResult) => InboundPostback {
  return (result) =>
    Object.assign(new InboundPostback(), {
      id: unique('log').slice(0, 26),
      receivedAt: 0,
      method: 'POST',
      path: '/v1/conversions',
      whole: true,
      redacted: false,
      repeats: 0,
      outcome: result.accepted ? result.outcome : 'rejected',
      reason: result.accepted ? null : result.refusal.reason,
      status: 200,
      step: result.step,
      steps: result.steps.map(({ name }) => name).join(' '),
      ...changes,
    });
}

const outcomes = (results: readonly IntakeResult[]) =>
  results.map((result) => (result.accepted ? result.outcome : result.refusal.reason));

describe.each(DATABASES)('messages that are recorded together on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  let service: ConversionsService;
  let intake: MakeIntake;
  beforeAll(async () => {
    database = await createDatabase();
    tracker = await startTracker({ database, options: { seed } });
    service = tracker.get(ConversionsService);
    intake = await intakesOf(tracker);
  });
  afterAll(async () => {
    await tracker?.close();
    await database.drop();
  });

  const counts = async () =>
    Promise.all(
      TABLES.map(async (table) => Number((await database.query(`SELECT COUNT(*) AS n FROM tallyback_${table}`))[0]?.n)),
    );

  it('see what those before them did, have an outcome each, in their order, and a log row each', async () => {
    const transactionId = unique();
    const ten = { transactionId, revenue: '10.00', currency: 'EUR' };
    const adding = { clickId: await click(tracker, 'adding'), ...ten };
    const once = { clickId: await click(tracker, 'once') };
    const capped = { clickId: await click(tracker, 'capped') };
    const rejected = { transactionId, status: 'rejected' } as const;
    const intakes = [
      intake(adding),
      intake(adding),
      intake({ ...adding, transactionId: unique() }),
      intake(rejected, 'conversion.updated'),
      intake(adding),
      intake({ transactionId: unique(), status: 'approved' }, 'conversion.updated'),
      intake(once),
      intake(once),
      intake(capped),
      intake(capped),
      intake(capped),
    ];
    const again = intakes[1] as Intake;
    const requests: IntakeRequest[] = [...intakes, again].map((one) => ({ intake: one, alongside: logRow() }));
    const before = await counts();
    const results = await service.recordAll(requests);
    const expected = [
      'recorded',
      'updated',
      'recorded',
      'updated',
      'status_transition_invalid',
      'status_transition_invalid',
      'recorded',
      'duplicate',
      'recorded',
      'recorded',
      'cap_reached',
      'duplicate',
    ];
    expect(outcomes(results)).toEqual(expected);
    expect(results[1]).toMatchObject({ conversion: { revenue: 2000n, status: 'approved' } });
    expect(results[3]).toMatchObject({ conversion: { revenue: 2000n, status: 'rejected' } });
    const ledger = await database.query(
      `SELECT l.revenue_delta AS delta, l.new_status AS status FROM tallyback_ledger l
         JOIN tallyback_conversions c ON c.id = l.conversion_id WHERE c.transaction_id = $1 ORDER BY l.id`,
      [transactionId],
    );
    expect(ledger.map(({ delta, status }) => [Number(delta), status])).toEqual([
      [1000, 'approved'],
      [1000, 'approved'],
      [-2000, 'rejected'],
    ]);
    const [conversions, , , log] = await counts();
    expect(conversions).toBe((before[0] ?? 0) + 5);
    expect(log).toBe((before[3] ?? 0) + expected.length);
  });

  it('do not suffer from one whose log row the database refuses', async () => {
    const clickId = await click(tracker, 'boots');
    const requests = Array.from({ length: 9 }, (_, i) => ({
      intake: intake({ clickId }),
      alongside: logRow(i === 5 ? { method: null as never } : {}),
    }));
    const results = await service.recordAll(requests);
    const expected = Array<string>(9).fill('recorded');
    expected[5] = 'storage_unavailable';
    expect(outcomes(results)).toEqual(expected);
    const stored = 'SELECT 1 FROM tallyback_conversions WHERE click_id = $1';
    expect(await database.query(stored, [clickId])).toHaveLength(8);
  });

  it('do not suffer from one whose own code throws, and its caller hears why', async () => {
    const clickId = await click(tracker, 'boots');
    const throwing = () => {
      throw new Error('no row for you');
    };
    const all = await Promise.allSettled([
      service.record(intake({ clickId }), { alongside: logRow() }),
      service.record(intake({ clickId }), { alongside: throwing }),
      service.record(intake({ clickId }), { alongside: logRow() }),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(all[1]).toMatchObject({ reason: { message: 'no row for you' } });
    expect(await database.query('SELECT 1 FROM tallyback_conversions WHERE click_id = $1', [clickId])).toHaveLength(2);
  });

  it('are more than one group can hold, and still each has its own outcome', async () => {
    const clickId = await click(tracker, 'boots');
    const transactionIds = Array.from({ length: 700 }, (_, i) => `${clickId}-${i % 600}`);
    const results = await Promise.all(
      transactionIds.map((transactionId) => service.record(intake({ clickId, transactionId }))),
    );
    expect(outcomes(results)).toEqual(transactionIds.map((_, i) => (i < 600 ? 'recorded' : 'duplicate')));
    expect(results.map((result) => result.accepted && result.conversion.transactionId)).toEqual(transactionIds);
  });

  it('are told to come again when the database is away, nothing of them is kept, and nobody is told of them', async () => {
    const clickId = await click(tracker, 'boots');
    const before = await counts();
    const seen: unknown[] = [];
    const subscription = tracker.get(TrackerEvents).conversions$.subscribe((event) => seen.push(event));
    await database.query('ALTER TABLE tallyback_ledger RENAME TO away');
    const single = service.record(intake({ clickId }), { alongside: logRow() }).catch((error: Error) => error);
    const several = service.recordAll([{ intake: intake({ clickId }) }, { intake: intake({ clickId }) }]);
    expect(await single).toBeInstanceOf(Error);
    expect(outcomes(await several)).toEqual(['storage_unavailable', 'storage_unavailable']);
    await database.query('ALTER TABLE away RENAME TO tallyback_ledger');
    expect(await counts()).toEqual(before);
    expect(seen).toEqual([]);
    expect(outcomes([await service.record(intake({ clickId }))])).toEqual(['recorded']);
    expect(seen).toHaveLength(1);
    subscription.unsubscribe();
  });

  it('can be rehearsed: the steps and the end are the same, and nothing is stored', async () => {
    const clickId = await click(tracker, 'boots');
    const order = intake({ clickId, revenue: '10.00', currency: 'EUR' });
    const before = await counts();
    const rehearsed = await service.rehearse(order);
    expect(rehearsed).toMatchObject({
      accepted: true,
      outcome: 'recorded',
      conversion: { revenue: 1000n, payout: 100n },
    });
    expect(await counts()).toEqual(before);
    const recorded = await service.record(order);
    expect(recorded.steps).toEqual(rehearsed.steps);
    expect(recorded.steps.at(-1)).toEqual({ name: 'store', outcome: 'ended', detail: 'recorded' });
    const refused = await service.rehearse(intake({ status: 'rejected' }, 'conversion.updated'));
    expect(refused.steps.at(-1)).toMatchObject({ name: 'findExisting', outcome: 'ended' });
  });

  it('can be rehearsed where a cap is asked for the first time, and its counter is not stored either', async () => {
    await tracker.get(CatalogService).apply(catalogOf([offerOf('lately', { caps: { conversionsTotal: 1 } })]));
    const clickId = await click(tracker, 'lately');
    const before = await counts();
    expect(outcomes([await service.rehearse(intake({ clickId }))])).toEqual(['recorded']);
    expect(await counts()).toEqual(before);
    expect(outcomes([await service.record(intake({ clickId }))])).toEqual(['recorded']);
    expect(outcomes([await service.rehearse(intake({ clickId }))])).toEqual(['cap_reached']);
  });
});
