import { describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import { AttributionHealer } from '../../src/conversions/attribution/attribution-healer.js';
import { CatalogService, type ConversionEvent, TrackerEvents } from '../../src/index.js';
import { type LateClick, lateClick } from '../support/late-click.js';
import { change, created, decide, postBatch, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { type Json, manage } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { turnsDuring } from '../support/turns-during.js';

const payout = [{ kind: 'percent', percent: '10' }];
const OFFERS = [
  offerOf('boots', { payout }),
  offerOf('review', { payout, defaultStatus: 'pending' }),
  offerOf('override', { payout, allowPayoutOverride: true }),
  offerOf('short', { window: { maxSeconds: 60 } }),
  offerOf('few', { payout, caps: { conversionsTotal: 2 } }),
];
const seed = catalogOf(OFFERS);
/** The provider is down while there are none. */
let pounds: string | undefined;
const rates = {
  rate(from: string): string {
    if (from === 'USD') return '0.5';
    if (pounds === undefined) throw new Error('The provider is down.');
    return pounds;
  },
};
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('an unattributed conversion', () => {
  onEveryDatabase(
    (current, clock) => {
      const sell = async (data: Json) => {
        const full = { transactionId: unique(), revenue: '10.00', currency: 'EUR', ...data };
        const answer = await report(current.tracker, full, { at: clock.date });
        expect(answer.body).toMatchObject({ outcome: 'unattributed' });
        return full;
      };
      const stored = async ({ transactionId }: Json, tracker = current.tracker) => {
        const { body } = await manage(tracker, `/v1/conversions?transactionId=${transactionId}`);
        return (body.items as Json[])[0] as Json & { ledger: Json[] };
      };
      const healed = (tracker: Tracker) => tracker.get(AttributionHealer).settled();

      async function late(campaign: string): Promise<LateClick> {
        const made = await lateClick(current.tracker, campaign);
        const commit = () => {
          clock.time += 1_000;
          return made.commit();
        };
        return { ...made, commit };
      }

      it('belongs to its click as soon as that is committed, and the ledger says so', async () => {
        const { clickId, commit } = await late('boots');
        const data = await sell({ clickId });
        const events: ConversionEvent[] = [];
        const subscription = current.tracker.get(TrackerEvents).conversions$.subscribe((event) => events.push(event));
        await commit();
        subscription.unsubscribe();
        const conversion = await stored(data);
        expect(conversion).toMatchObject({ clickId, campaign: 'boots', status: 'approved', payout: eur('1.00') });
        expect(conversion.ledger).toMatchObject([
          { cause: 'conversion.created', revenue: eur('10.00'), payout: eur('0.00') },
          { cause: 'attribution', actor: 'tracker', revenue: eur('0.00'), payout: eur('1.00') },
        ]);
        expect(events).toMatchObject([{ outcome: 'updated', conversion: { clickId } }]);
        const { body } = await manage(current.tracker, '/v1/reports?groupBy=campaign&filter[campaign]=boots');
        expect((body.rows as Json[])[0]).toMatchObject({ conversions: 1, revenue: '10.00', payout: '1.00' });
      });

      it('belongs to a coupon as soon as that is in the catalog', async () => {
        const { tracker } = current;
        const data = await sell({ couponCode: 'autumn' });
        const withCoupon = { ...OFFERS[0], coupons: [{ code: 'AUTUMN', campaign: 'boots' }] };
        await tracker.get(CatalogService).apply({ offers: [withCoupon] });
        await healed(tracker);
        expect(await stored(data)).toMatchObject({ clickId: null, campaign: 'boots', payout: eur('1.00') });
      });

      it('is converted then, and the ledger sums up to what counts in each currency', async () => {
        const { clickId, commit } = await late('boots');
        const data = await sell({ clickId, currency: 'USD' });
        await commit();
        const conversion = await stored(data);
        expect(conversion).toMatchObject({
          revenue: eur('5.00'),
          payout: eur('0.50'),
          originalRevenue: { amount: '10.00', currency: 'USD' },
        });
        const sums = await current.tracker.database.query(
          `SELECT l.currency, SUM(revenue_delta) AS revenue, SUM(payout_delta) AS payout FROM tallyback_ledger l
            WHERE conversion_id = $1 GROUP BY l.currency ORDER BY l.currency`,
          [conversion.id],
        );
        expect(sums.map(({ currency, ...amounts }) => [currency, ...Object.values(amounts).map(Number)])).toEqual([
          ['EUR', 500, 50],
          ['USD', 0, 0],
        ]);
      });

      it.each([
        ['the offer’s default when nothing was said', {}, undefined, 'pending'],
        ['what the message said', { status: 'approved' }, undefined, 'approved'],
        ['what a later message said', {}, { status: 'rejected' }, 'rejected'],
        ['the refund that came meanwhile', { status: 'approved' }, { status: 'refunded' }, 'refunded'],
      ])('gets as status %s', async (_, first, later, status) => {
        const { tracker } = current;
        const { clickId, commit } = await late('review');
        const data = await sell({ clickId, ...first });
        const { transactionId } = data;
        if (later) await change(tracker, { transactionId, ...later }, { at: clock.date });
        await commit();
        const counted = status === 'pending' || status === 'approved' ? eur('10.00') : eur('0.00');
        const conversion = await stored(data);
        expect(conversion).toMatchObject({ campaign: 'review', status });
        const cents = conversion.ledger.reduce((sum, { revenue }) => sum + Number((revenue as Json).amount) * 100, 0);
        expect(cents).toBe(Number(counted.amount) * 100);
      });

      it('counts with the revenue and status that it has been given meanwhile', async () => {
        const { tracker } = current;
        const { clickId, commit } = await late('boots');
        const data = await sell({ clickId, status: 'pending' });
        const { transactionId } = data;
        await change(tracker, { transactionId, revenue: '4.00', currency: 'EUR' }, { at: clock.date });
        await decide(tracker, { transactionId, status: 'approved' });
        await commit();
        expect(await stored(data)).toMatchObject({ status: 'approved', revenue: eur('4.00'), payout: eur('0.40') });
      });

      it('keeps the payout that came with it, where the offer allows that', async () => {
        const [kept, paid] = [await late('override'), await late('boots')];
        const first = await sell({ clickId: kept.clickId, payout: '7.00' });
        const second = await sell({ clickId: paid.clickId, payout: '7.00' });
        await kept.commit();
        await paid.commit();
        expect(await stored(first)).toMatchObject({ payout: eur('7.00') });
        expect(await stored(second)).toMatchObject({ payout: eur('1.00') });
      });

      it('stays one when the offer would have refused it', async () => {
        const { clickId, commit } = await late('short');
        clock.time += 61_000;
        const data = await sell({ clickId });
        await commit();
        expect(await stored(data)).toMatchObject({ campaign: null, status: 'approved' });
      });

      it('takes a place under the cap, which stays exact', async () => {
        const { clickId, commit } = await late('few');
        const all = await Promise.all(Array.from({ length: 5 }, () => sell({ clickId })));
        await commit();
        const campaigns = await Promise.all(all.map(async (data) => (await stored(data)).campaign));
        expect(campaigns.filter((campaign) => campaign === 'few')).toHaveLength(2);
      });

      it('waits for a rate that could not be asked for', async () => {
        const { tracker } = current;
        const data = await sell({ couponCode: 'winter', currency: 'GBP' });
        const withCoupon = { ...OFFERS[0], coupons: [{ code: 'WINTER', campaign: 'boots' }] };
        await tracker.get(CatalogService).apply({ offers: [withCoupon] });
        await healed(tracker);
        expect(await stored(data)).toMatchObject({ campaign: null });
        pounds = '2';
        tracker.get(AttributionHealer).sweep();
        await healed(tracker);
        pounds = undefined;
        expect(await stored(data)).toMatchObject({ campaign: 'boots', revenue: eur('20.00') });
      });

      it('is found among many that stay what they are, and nobody has to wait meanwhile', async () => {
        const { tracker } = current;
        const at = clock.date;
        const many = () =>
          Array.from({ length: 550 }, () => created({ clickId: createId(clock.time), transactionId: unique() }, at));
        const first = await sell({ couponCode: 'summer' });
        await postBatch(tracker, many(), { at });
        const { clickId, restore } = await late('boots');
        const middle = await sell({ clickId });
        await postBatch(tracker, many(), { at });
        const last = await sell({ couponCode: 'summer' });
        await restore();
        const withCoupon = { ...OFFERS[0], coupons: [{ code: 'SUMMER', campaign: 'boots' }] };
        const turns = await turnsDuring(async () => {
          await tracker.get(CatalogService).apply({ offers: [withCoupon] });
          await healed(tracker);
        });
        for (const data of [first, middle, last]) expect(await stored(data)).toMatchObject({ campaign: 'boots' });
        expect(turns).toBeGreaterThan(4);
      });

      it('is looked for at boot, and attributed once however many do so at the same time', async () => {
        const { tracker } = current;
        const { clickId, restore } = await late('boots');
        const all = await Promise.all(Array.from({ length: 20 }, () => sell({ clickId })));
        await restore();
        const { database } = tracker;
        const another = await startTracker({ database, options: { seed, rates }, now: clock.now });
        try {
          tracker.get(AttributionHealer).sweep();
          await Promise.all([healed(tracker), healed(another)]);
          for (const data of all) {
            const { campaign, ledger } = await stored(data, another);
            expect([campaign, ledger.length]).toEqual(['boots', 2]);
          }
        } finally {
          await another.close();
        }
      });
    },
    { seed, rates },
  );
});
