import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, inboundLog, type Json, manage } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';

const payout = [{ kind: 'percent', percent: '50' }];
const seed = catalogOf([
  offerOf('boots', { payout, duplicates: { purchase: 'increment' } }),
  offerOf('yen', { payout, currency: 'JPY' }),
  offerOf('override', { payout, allowPayoutOverride: true }),
]);

/** What the provider says next for each pair; a function may fail. */
let book: Record<string, (at: Date) => string | undefined>;
const rates = { rate: async (from: string, to: string, at: Date) => book[`${from}>${to}`]?.(at) };

describe('a conversion in another currency than its offer’s', () => {
  onEveryDatabase(
    (current, clock) => {
      beforeEach(() => {
        // Whatever was kept of the rates before is too old.
        clock.time += 600_000;
        book = {
          'USD>EUR': () => '0.9',
          'USD>JPY': () => '150.255',
          'GBP>EUR': () => {
            throw new Error('The provider is down.');
          },
        };
      });
      const options = () => ({ at: clock.date });
      const sell = async (campaign: string, more: Json) => {
        const { tracker } = current;
        const data = { clickId: await click(tracker, campaign), transactionId: unique(), ...more };
        return { data, answer: await report(tracker, data, options()) };
      };
      const stored = async ({ transactionId }: Json) => {
        const { body } = await manage(current.tracker, `/v1/conversions?transactionId=${transactionId}`);
        return (body.items as Json[])[0] as Json;
      };
      const eur = (amount: string) => ({ amount, currency: 'EUR' });

      it('counts in the offer’s, with the rate and what was reported kept', async () => {
        const { data, answer } = await sell('boots', { revenue: '10.00', currency: 'USD' });
        expect(answer.body).toMatchObject({ outcome: 'recorded', revenue: eur('9.00'), payout: eur('4.50') });
        expect(await stored(data)).toMatchObject({
          revenue: eur('9.00'),
          originalRevenue: { amount: '10.00', currency: 'USD' },
          rate: '0.9',
        });
      });

      it('is converted at the rate of the day it arrived on when its sender is days ahead', async () => {
        book['USD>EUR'] = (at) => (at <= clock.date ? '0.9' : undefined);
        const occurredAt = new Date(clock.time + 3 * 86_400_000).toISOString();
        const { answer } = await sell('boots', { revenue: '10.00', currency: 'USD', occurredAt });
        expect(answer.body).toMatchObject({ outcome: 'recorded', revenue: eur('9.00') });
      });

      it('is rounded once: the payout is a part of the revenue before that was rounded', async () => {
        const { answer } = await sell('yen', { revenue: '0.07', currency: 'USD' });
        // 10.51785 yen; half of that is 5.26, where half of the rounded 11 would have been 5.5, and so 6.
        expect(answer.body).toMatchObject({ revenue: { amount: '11', currency: 'JPY' }, payout: { amount: '5' } });
      });

      it('is refunded, in part and whole, at the rate it was recorded at', async () => {
        const { tracker } = current;
        const { data } = await sell('boots', { revenue: '0.05', currency: 'USD' });
        book['USD>EUR'] = () => '0.5';
        const { transactionId } = data;
        const later = await change(tracker, { transactionId, revenue: '0.03', currency: 'USD' }, options());
        expect(later.body).toMatchObject({ outcome: 'updated', revenue: eur('0.03'), payout: eur('0.01') });
        const none = await change(tracker, { transactionId, revenue: '0.00', currency: 'USD' }, options());
        expect(none.body).toMatchObject({ revenue: eur('0.00'), payout: eur('0.00') });
        expect(await stored(data)).toMatchObject({ originalRevenue: { amount: '0.00' }, rate: '0.9' });
      });

      it('is added to in the currency it was reported in, and rounds no more than one conversion would', async () => {
        const { data } = await sell('boots', { revenue: '0.01', currency: 'USD' });
        for (let i = 0; i < 9; i++) await report(current.tracker, data, options());
        expect(await stored(data)).toMatchObject({
          revenue: eur('0.09'),
          payout: eur('0.04'),
          originalRevenue: { amount: '0.10' },
        });
      });

      it('takes no later revenue in any other currency', async () => {
        const { data } = await sell('boots', { revenue: '10.00', currency: 'USD' });
        const { transactionId } = data;
        const later = await change(current.tracker, { transactionId, revenue: '5.00', currency: 'EUR' }, options());
        expectRefusal(later, 'currency_unsupported', 'data.currency');
      });

      it('may begin without an amount', async () => {
        const { data } = await sell('boots', {});
        const { transactionId } = data;
        const later = await change(current.tracker, { transactionId, revenue: '10.00', currency: 'USD' }, options());
        expect(later.body).toMatchObject({ outcome: 'updated', revenue: eur('9.00'), payout: eur('4.50') });
      });

      it('may bring its payout along, which is converted too', async () => {
        const { answer } = await sell('override', { revenue: '10.00', payout: '2.00', currency: 'USD' });
        expect(answer.body).toMatchObject({ revenue: eur('9.00'), payout: eur('1.80') });
      });

      it('is refused when nobody knows the rate', async () => {
        const { data, answer } = await sell('boots', { revenue: '10.00', currency: 'CHF' });
        expectRefusal(answer, 'currency_unsupported', 'data.currency');
        expect(await stored(data)).toBeUndefined();
      });

      it('is refused when it would be more than can be kept exactly', async () => {
        const { answer } = await sell('yen', { revenue: '9999999999999.00', currency: 'USD' });
        expect(answer.status).toBe(201);
        book['USD>JPY'] = () => '15025500';
        clock.time += 600_000;
        const { answer: refused } = await sell('yen', { revenue: '9999999999999.00', currency: 'USD' });
        expectRefusal(refused, 'invalid_field', 'data.revenue');
      });

      it('is to be sent again when the rate could not be asked for, and is stored then', async () => {
        const { data, answer } = await sell('boots', { revenue: '10.00', currency: 'GBP' });
        expect(answer.status).toBe(503);
        expect(answer.body).toMatchObject({ reason: 'storage_unavailable' });
        expect(answer.body.outcome).toBeUndefined();
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(await stored(data)).toBeUndefined();
        const [logged] = await inboundLog(current.tracker, { transactionId: String(data.transactionId) });
        expect(logged).toMatchObject({ status: 503, reason: 'storage_unavailable', step: 'price' });
        book['GBP>EUR'] = () => '1.2';
        expect((await report(current.tracker, data, options())).body).toMatchObject({ revenue: eur('12.00') });
      });
    },
    { seed, rates },
  );
});
