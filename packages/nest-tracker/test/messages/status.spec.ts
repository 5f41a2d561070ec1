import { describe, expect, it } from '@jest/globals';
import { CONVERSION_STATUSES, type ConversionStatus } from '@tallyback/protocol';
import { expectRefusal } from '../support/expect-refusal.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, type Json, manage } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const ALLOWED = ['pending>approved', 'pending>rejected', 'approved>rejected', 'approved>refunded'];

async function conversion(tracker: Tracker, clickId: string): Promise<Json> {
  const { body } = await manage(tracker, `/v1/conversions?clickId=${clickId}`);
  return (body.items as Json[])[0] ?? {};
}

describe('the status of a conversion', () => {
  onEveryTracker((current) => {
    const order = async (status: ConversionStatus) => {
      const { tracker } = current;
      const data = { clickId: await click(tracker, 'boots'), transactionId: unique() };
      const first = status === 'refunded' ? 'approved' : status;
      await report(tracker, { ...data, revenue: '10.00', currency: 'EUR', status: first });
      if (status === 'refunded') await change(tracker, { ...data, status });
      return { tracker, data };
    };

    it.each([
      ['approved by default', 'boots', undefined, 'approved'],
      ['what the offer says', 'review', undefined, 'pending'],
      ['what the message says', 'review', 'approved', 'approved'],
    ])('is %s', async (_, campaign, status, expected) => {
      const { tracker } = current;
      const answer = await report(tracker, {
        clickId: await click(tracker, campaign),
        transactionId: unique(),
        status,
      });
      expect(answer.body.status).toBe(expected);
    });

    it('cannot begin as refunded', async () => {
      const { tracker } = current;
      const data = { clickId: await click(tracker, 'boots'), transactionId: unique(), status: 'refunded' };
      expectRefusal(await report(tracker, data), 'status_transition_invalid', 'data.status');
    });

    const pairs = CONVERSION_STATUSES.flatMap((from) =>
      CONVERSION_STATUSES.filter((to) => to !== from).map((to) => [from, to] as const),
    );
    it.each(pairs)('may or may not go from %s to %s, as the status machine says', async (from, to) => {
      const { tracker, data } = await order(from);
      const answer = await change(tracker, { ...data, status: to });
      if (ALLOWED.includes(`${from}>${to}`)) {
        expect(answer.body).toMatchObject({ outcome: 'updated', status: to });
      } else {
        expectRefusal(answer, 'status_transition_invalid', 'data.status');
        expect((await conversion(tracker, data.clickId)).status).toBe(from);
      }
    });

    it.each(CONVERSION_STATUSES)('is a duplicate when it is %s already', async (status) => {
      const { tracker, data } = await order(status);
      expect((await change(tracker, { ...data, status })).body).toMatchObject({ outcome: 'duplicate', status });
    });

    it('is told by the ledger: who, why, old and new, and what changed in the sums', async () => {
      const { tracker, data } = await order('pending');
      await change(tracker, { ...data, status: 'approved', revenue: '8.00', currency: 'EUR' });
      await change(tracker, { ...data, status: 'refunded' });
      const { ledger } = await conversion(tracker, data.clickId);
      const money = (amount: string) => ({ amount, currency: 'EUR' });
      const common = { actor: 'advertiser:acme', at: expect.stringMatching(/^20.*Z$/) };
      expect(ledger).toEqual([
        {
          ...common,
          cause: 'conversion.created',
          oldStatus: null,
          newStatus: 'pending',
          revenue: money('10.00'),
          payout: money('1.00'),
        },
        {
          ...common,
          cause: 'conversion.updated',
          oldStatus: 'pending',
          newStatus: 'approved',
          revenue: money('-2.00'),
          payout: money('-0.20'),
        },
        {
          ...common,
          cause: 'conversion.updated',
          oldStatus: 'approved',
          newStatus: 'refunded',
          revenue: money('-8.00'),
          payout: money('-0.80'),
        },
      ]);
    });

    it('keeps the amounts of a refunded conversion, which count nothing and change no more', async () => {
      const { tracker, data } = await order('refunded');
      expect(await conversion(tracker, data.clickId)).toMatchObject({
        status: 'refunded',
        revenue: { amount: '10.00', currency: 'EUR' },
      });
      const again = await change(tracker, { ...data, revenue: '12.00', currency: 'EUR' });
      expectRefusal(again, 'status_transition_invalid', 'data.revenue');
    });

    it('cannot change the currency', async () => {
      const { tracker, data } = await order('approved');
      const answer = await change(tracker, { ...data, revenue: '12.00', currency: 'USD' });
      expectRefusal(answer, 'currency_unsupported', 'data.currency');
    });

    it('changes once when the same refund arrives many times at once', async () => {
      const { tracker, data } = await order('approved');
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => change(tracker, { ...data, status: 'refunded' })),
      );
      const outcomes = answers.map(({ body }) => body.outcome).sort();
      expect(outcomes).toEqual([...Array<string>(9).fill('duplicate'), 'updated']);
      expect((await conversion(tracker, data.clickId)).ledger).toHaveLength(2);
    });
  });
});
