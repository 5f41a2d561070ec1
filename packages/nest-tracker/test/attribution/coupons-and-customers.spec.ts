import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, type Json, manage } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';

const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';
const payout = [
  { kind: 'percent', percent: '10' },
  { kind: 'percent', percent: '30', campaign: 'influencer' },
];
const seed = catalogOf(
  [
    offerOf('boots', { payout, coupons: [{ code: 'Spring', campaign: 'influencer' }] }),
    offerOf('first', { payout, attribution: 'first' }),
    offerOf('short', { window: { maxSeconds: 3_600 } }),
    offerOf('once', { duplicates: { purchase: 'once_per_click' } }),
    offerOf('paused', { status: 'paused', coupons: [{ code: 'OVER', campaign: 'paused' }] }),
    offerOf('leads', { events: ['lead'], coupons: [{ code: 'LEAD', campaign: 'leads' }] }),
    offerOf('few', { coupons: [{ code: 'FEW', campaign: 'few' }], caps: { conversionsTotal: 1 } }),
  ],
  [{ key: 'influencer', partner: 'magazine', offers: [{ offer: 'boots' }] }],
);

describe('a conversion without a click of its own', () => {
  onEveryDatabase(
    (current, clock) => {
      const sell = (data: Json) => {
        const amounts = { transactionId: unique(), revenue: '10.00', currency: 'EUR' };
        return report(current.tracker, { ...amounts, ...data }, { at: clock.date });
      };
      const stored = async (answer: { body: Json }) => {
        const { body } = await manage(current.tracker, '/v1/conversions?limit=1000');
        return (body.items as Json[]).find(({ id }) => id === answer.body.conversionId) as Json;
      };
      /** A click that a lead makes known as the customer's. */
      const known = async (campaign: string, customerId: string) => {
        clock.time += 1_000;
        const clickId = await click(current.tracker, campaign);
        clock.time += 1_000;
        await sell({ clickId, customerId, event: 'lead' });
        clock.time += 1_000;
        return clickId;
      };

      it.each(['SPRING', 'spring', ' Spring '])('belongs to the coupon "%s", in whatever case', async (couponCode) => {
        const answer = await sell({ couponCode });
        expect(answer.body).toMatchObject({ outcome: 'recorded', payout: { amount: '3.00', currency: 'EUR' } });
        expect(answer.body.clickId).toBeUndefined();
        expect(await stored(answer)).toMatchObject({
          clickId: null,
          campaign: 'influencer',
          offer: 'boots',
          partner: 'magazine',
        });
      });

      it('is counted for the campaign of its coupon in the report', async () => {
        const before = await manage(current.tracker, '/v1/reports?groupBy=campaign&filter[campaign]=influencer');
        await sell({ couponCode: 'spring' });
        const after = await manage(current.tracker, '/v1/reports?groupBy=campaign&filter[campaign]=influencer');
        const conversions = ({ body }: { body: Json }) => Number((body.rows as Json[])[0]?.conversions);
        expect(conversions(after)).toBe(conversions(before) + 1);
      });

      it('belongs to the click that it names before any coupon, and to the coupon before its customer’s click', async () => {
        const customerId = unique('c');
        const clickId = await known('boots', customerId);
        const other = await click(current.tracker, 'first');
        const byClick = await sell({ clickId: other, couponCode: 'SPRING', customerId });
        expect(await stored(byClick)).toMatchObject({ clickId: other, campaign: 'first' });
        const byCoupon = await sell({ clickId: UNKNOWN_CLICK, couponCode: 'SPRING', customerId: unique('c') });
        expect(await stored(byCoupon)).toMatchObject({ clickId: null, campaign: 'influencer' });
        const overCustomer = await sell({ couponCode: 'SPRING', customerId });
        expect(await stored(overCustomer)).toMatchObject({ clickId: null, campaign: 'influencer' });
        const byCustomer = await sell({ couponCode: 'NOBODYS', customerId });
        expect(await stored(byCustomer)).toMatchObject({ campaign: 'first', clickId: other });
        expect(clickId).not.toBe(other);
      });

      it.each([
        ['boots', 1],
        ['first', 0],
      ] as const)(
        'belongs, where it counts the %s offer’s way, to that click of its customer',
        async (campaign, which) => {
          const customerId = unique('c');
          const clicks = [await known(campaign, customerId), await known(campaign, customerId)];
          const answer = await sell({ customerId });
          expect(answer.body).toMatchObject({ outcome: 'recorded', clickId: clicks[which] });
        },
      );

      it('belongs to no click of somebody else, nor to one outside its window', async () => {
        const customerId = unique('c');
        const clickId = await known('short', customerId);
        expect((await sell({ customerId: unique('c') })).body.outcome).toBe('unattributed');
        expect((await sell({ customerId })).body).toMatchObject({ outcome: 'recorded', clickId });
        clock.time += 3_600_000;
        expect((await sell({ customerId })).body.outcome).toBe('unattributed');
      });

      it('sees a customer’s click that a message at the same time makes known', async () => {
        const customerId = unique('c');
        const clickId = await click(current.tracker, 'boots');
        await sell({ clickId, customerId });
        const answers = await Promise.all(Array.from({ length: 20 }, () => sell({ customerId })));
        expect(new Set(answers.map(({ body }) => body.clickId))).toEqual(new Set([clickId]));
      });

      it('goes through the checks of the offer it belongs to', async () => {
        expectRefusal(await sell({ couponCode: 'OVER' }), 'offer_inactive');
        expectRefusal(await sell({ couponCode: 'LEAD' }), 'event_unknown', 'data.event');
        const answers = await Promise.all(Array.from({ length: 5 }, () => sell({ couponCode: 'FEW' })));
        const outcomes = answers.map(({ body }) => body.reason ?? body.outcome).sort();
        expect(outcomes).toEqual([...Array<string>(4).fill('cap_reached'), 'recorded']);
      });

      it('is a duplicate where a click counts once, when its customer’s click has counted', async () => {
        const customerId = unique('c');
        const clickId = await click(current.tracker, 'once');
        clock.time += 1_000;
        const first = await sell({ clickId, customerId });
        const second = await sell({ customerId });
        expect(second.body).toMatchObject({ outcome: 'duplicate', conversionId: first.body.conversionId });
      });
    },
    { seed },
  );
});
