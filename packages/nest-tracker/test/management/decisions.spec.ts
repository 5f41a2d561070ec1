import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { createSqliteDatabase, DATABASES, type TestDatabase } from '../support/databases.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { decide, report, unique } from '../support/messages.js';
import type { Current } from '../support/on-every-tracker.js';
import { type Answer, click, type Json, manage, send } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const payout = [{ kind: 'percent', percent: '10' }];
const seed = catalogOf([
  offerOf('boots', { payout }),
  offerOf('clawback', { payout, allowNegative: true }),
  offerOf('yen', { payout, currency: 'JPY' }),
]);
const eur = (amount: string) => ({ amount, currency: 'EUR' });

async function sell(tracker: Tracker, campaign: string, more: Json = {}) {
  const data = { clickId: await click(tracker, campaign), transactionId: unique(), ...more };
  const { body } = await report(tracker, { revenue: '100.00', currency: 'EUR', ...data });
  return { ...data, id: String(body.conversionId) };
}

async function ledgerOf(tracker: Tracker, { transactionId }: Json): Promise<Json[]> {
  const { body } = await manage(tracker, `/v1/conversions?transactionId=${transactionId}`);
  return (body.items as [Json & { ledger: Json[] }])[0].ledger;
}

describe.each(DATABASES)('POST /v1/conversions/:id/status on $database', ({ database: name, createDatabase }) => {
  const current = {} as Current;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
    const adapter = name === 'SQLite' ? 'Express' : 'Fastify';
    current.tracker = await startTracker({ database, adapter, options: { seed } });
  });
  afterAll(async () => {
    await current.tracker?.close();
    await database.drop();
  });

  it('decides, and tells the ledger who and why', async () => {
    const { tracker } = current;
    const order = await sell(tracker, 'boots', { status: 'pending' });
    const answer = await decide(tracker, {
      ...order,
      id: undefined,
      status: 'approved',
      reason: 'called the shop',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      outcome: 'updated',
      conversionId: order.id,
      clickId: order.clickId,
      status: 'approved',
      revenue: eur('100.00'),
      payout: eur('10.00'),
    });
    const [, decided] = await ledgerOf(tracker, order);
    expect(decided).toMatchObject({
      actor: 'admin',
      cause: 'decision',
      note: 'called the shop',
      oldStatus: 'pending',
      newStatus: 'approved',
    });
  });

  it('is a duplicate when it decides what stands already', async () => {
    const { tracker } = current;
    const order = await sell(tracker, 'boots');
    const answer = await decide(tracker, { transactionId: order.transactionId, status: 'approved' });
    expect(answer.body).toMatchObject({ outcome: 'duplicate' });
    expect(await ledgerOf(tracker, order)).toHaveLength(1);
  });

  it('keeps to the status machine', async () => {
    const { tracker } = current;
    const { transactionId } = await sell(tracker, 'boots');
    await decide(tracker, { transactionId, status: 'rejected' });
    const answer = await decide(tracker, { transactionId, status: 'approved' });
    expectRefusal(answer, 'status_transition_invalid', 'status');
  });

  it('may set the revenue, and with it the payout', async () => {
    const { tracker } = current;
    const order = await sell(tracker, 'boots');
    const { transactionId } = order;
    const answer = await decide(tracker, { transactionId, revenue: '40.00', reason: 'one pair came back' });
    expect(answer.body).toMatchObject({ outcome: 'updated', revenue: eur('40.00'), payout: eur('4.00') });
    const [, decided] = await ledgerOf(tracker, order);
    expect(decided).toMatchObject({ revenue: eur('-60.00'), payout: eur('-6.00') });
  });

  it('takes revenue below zero only where the offer allows it', async () => {
    const { tracker } = current;
    const kept = await sell(tracker, 'boots');
    expectRefusal(await decide(tracker, { transactionId: kept.transactionId, revenue: '-0.01' }), 'invalid_field');
    const { transactionId } = await sell(tracker, 'clawback');
    const answer = await decide(tracker, { transactionId, revenue: '-25.00' });
    expect(answer.body).toMatchObject({ revenue: eur('-25.00'), payout: eur('-2.50') });
    const { body } = await manage(tracker, '/v1/reports?groupBy=campaign&filter[campaign]=clawback');
    expect((body.rows as Json[])[0]).toMatchObject({ conversions: 1, revenue: '-25.00', payout: '-2.50' });
  });

  it.each([
    ['another currency', { revenue: '1.00', currency: 'USD' }, 422, 'currency_unsupported'],
    ['more decimals than the currency has', { revenue: '1.001' }, 400, 'invalid_field'],
  ])('refuses %s', async (_, decision, status, reason) => {
    const { tracker } = current;
    const { transactionId } = await sell(tracker, 'boots');
    const answer = await decide(tracker, { transactionId, ...decision });
    expect([answer.status, answer.body.reason]).toEqual([status, reason]);
  });

  it.each([
    ['nothing to decide', {}],
    ['a status nobody knows', { status: 'paid' }],
    ['a number as revenue', { revenue: 1 }],
    ['a currency nobody knows', { revenue: '1.00', currency: 'eur' }],
    ['an empty reason', { status: 'rejected', reason: '' }],
    ['a reason with a NUL character', { status: 'rejected', reason: 'a\0b' }],
    ['an unknown field', { status: 'rejected', why: 'fraud' }],
  ])('answers 400 to %s', async (_, decision) => {
    const { tracker } = current;
    const { transactionId } = await sell(tracker, 'boots');
    expect((await decide(tracker, { transactionId, ...decision })).status).toBe(400);
  });

  it.each(['00000000000000000000000000', 'nonsense'])('answers 404 to the id "%s"', async (id) => {
    const answer: Answer = await manage(current.tracker, `/v1/conversions/${id}/status`, {
      method: 'POST',
      body: { status: 'approved' },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 404, title: 'Not Found' });
  });

  it('is for the management alone', async () => {
    const { tracker } = current;
    const { id } = await sell(tracker, 'boots');
    const answer = await send(tracker, `/v1/conversions/${id}/status`, { method: 'POST' });
    expect(answer.status).toBe(401);
  });

  it('happens once when many decide the same at the same time', async () => {
    const { tracker } = current;
    const order = await sell(tracker, 'boots', { status: 'pending' });
    const decision = { transactionId: order.transactionId, status: 'approved' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => decide(tracker, decision)));
    const outcomes = answers.map(({ body }) => body.outcome).sort();
    expect(outcomes).toEqual([...Array<string>(9).fill('duplicate'), 'updated']);
    expect(await ledgerOf(tracker, order)).toHaveLength(2);
  });
});

/** A host's own guard, which knows its users. */
@Injectable()
class HostGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest().user = { id: 'u_17', email: 'ann@host.example' };
    return true;
  }
}

describe('behind the host’s own guard', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    tracker = await startTracker({ database, options: { seed, guard: HostGuard } });
  });
  afterAll(async () => {
    await tracker?.close();
    await database.drop();
  });

  it('the ledger names the user by id and tells nothing else of them', async () => {
    const order = await sell(tracker, 'boots');
    await decide(tracker, { transactionId: order.transactionId, status: 'rejected' });
    const ledger = await ledgerOf(tracker, order);
    expect(ledger[1]).toMatchObject({ actor: 'admin:u_17', newStatus: 'rejected' });
    expect(JSON.stringify(ledger)).not.toContain('ann@');
  });
});
