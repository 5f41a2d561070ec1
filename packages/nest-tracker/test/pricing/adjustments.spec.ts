import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, type Json, manage } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';

const payout = [{ kind: 'percent', percent: '10' }];
const seed = catalogOf([
  offerOf('update', { payout, duplicates: { purchase: 'update' }, allowPayoutOverride: true }),
  offerOf('increment', { payout, duplicates: { purchase: 'increment' }, allowPayoutOverride: true }),
]);
const eur = (amount: string) => ({ amount, currency: 'EUR' });
const item = (sku: string, unitPrice = '10.00') => ({ sku, quantity: 1, unitPrice });

describe('an adjustment', () => {
  onEveryDatabase(
    (current, clock) => {
      const options = () => {
        clock.time += 1;
        return { at: clock.date };
      };
      const order = async (campaign: string, more: Json = {}) => {
        const identity = { clickId: await click(current.tracker, campaign), transactionId: unique() };
        const again = (data: Json) => report(current.tracker, { ...identity, currency: 'EUR', ...data }, options());
        await again({ revenue: '10.00', items: [item('boots')], ...more });
        return { ...identity, again };
      };
      const stored = async ({ transactionId }: { transactionId: string }) => {
        const { body } = await manage(current.tracker, `/v1/conversions?transactionId=${transactionId}`);
        return (body.items as Json[])[0] as Json & { ledger: Json[] };
      };

      it('of a part of the revenue takes a part of the payout with it, and leaves the line items alone', async () => {
        const sold = await order('update');
        const { transactionId } = sold;
        const refund = { transactionId, revenue: '4.00', currency: 'EUR' };
        expect((await change(current.tracker, refund, options())).body).toMatchObject({
          outcome: 'updated',
          status: 'approved',
          revenue: eur('4.00'),
          payout: eur('0.40'),
        });
        const conversion = await stored(sold);
        expect(conversion).toMatchObject({ items: [item('boots')] });
        expect(conversion.ledger[1]).toMatchObject({ revenue: eur('-6.00'), payout: eur('-0.60') });
      });

      it('after a full refund is refused, since nothing counts any more', async () => {
        const { transactionId } = await order('update');
        await change(current.tracker, { transactionId, status: 'refunded' }, options());
        const again = { transactionId, revenue: '4.00', currency: 'EUR' };
        expectRefusal(await change(current.tracker, again, options()), 'status_transition_invalid', 'data.revenue');
      });

      it('by an upsell adds revenue and payout, and appends line items', async () => {
        const sold = await order('increment');
        const { body } = await sold.again({ revenue: '5.50', items: [item('laces', '5.50')] });
        expect(body).toMatchObject({ outcome: 'updated', revenue: eur('15.50'), payout: eur('1.55') });
        expect((await stored(sold)).items).toEqual([item('boots'), item('laces', '5.50')]);
      });

      it('under the policy "update" takes the place of revenue and line items', async () => {
        const sold = await order('update');
        await sold.again({ revenue: '7.00' });
        expect(await stored(sold)).toMatchObject({ revenue: eur('7.00'), items: [item('boots')] });
        await sold.again({ revenue: '7.00', items: [item('sandals', '7.00')] });
        expect(await stored(sold)).toMatchObject({ revenue: eur('7.00'), items: [item('sandals', '7.00')] });
        const same = await sold.again({ revenue: '7.00', items: [item('sandals', '7.00')] });
        expect(same.body.outcome).toBe('duplicate');
      });

      it.each([
        ['update', '3.00', eur('3.00')],
        ['increment', '3.00', eur('4.00')],
      ])('under the policy "%s" may bring a payout of its own, which then stays', async (policy, given, expected) => {
        const sold = await order(policy);
        expect((await sold.again({ payout: given })).body).toMatchObject({ outcome: 'updated', payout: expected });
        const { transactionId } = sold;
        await change(current.tracker, { transactionId, revenue: '1.00', currency: 'EUR' }, options());
        expect(await stored(sold)).toMatchObject({ revenue: eur('1.00'), payout: expected });
      });

      it('is refused when there would be more line items than are kept', async () => {
        const sold = await order('increment', { items: Array.from({ length: 200 }, (_, i) => item(`S${i}`)) });
        const more = { revenue: '1.00', items: Array.from({ length: 200 }, (_, i) => item(`T${i}`)) };
        for (let i = 0; i < 4; i++) expect((await sold.again(more)).body.outcome).toBe('updated');
        expectRefusal(await sold.again(more), 'invalid_field', 'data.items');
        expect(await stored(sold)).toMatchObject({ revenue: eur('14.00') });
      });

      it('can never lose or gain a cent, however many are added at the same time', async () => {
        const sold = await order('increment', { revenue: '0.05' });
        await Promise.all(Array.from({ length: 50 }, () => sold.again({ revenue: '0.03' })));
        const conversion = await stored(sold);
        expect(conversion).toMatchObject({ revenue: eur('1.55'), payout: eur('0.16') });
        const cents = (name: 'revenue' | 'payout') =>
          conversion.ledger.reduce(
            (sum, entry) => sum + BigInt(String((entry[name] as Json).amount).replace('.', '')),
            0n,
          );
        expect([cents('revenue'), cents('payout')]).toEqual([155n, 16n]);
      });
    },
    { seed },
  );
});
