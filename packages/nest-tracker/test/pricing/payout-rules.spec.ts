import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, type Json } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const tiers = (more: Json) => ({ payout: [{ kind: 'tiers', ...more }] });
const byCount = [
  { from: 0, percent: '10' },
  { from: 2, percent: '20' },
  { from: 4, amount: '7.00' },
];
const seed = catalogOf(
  [
    offerOf('boots', {
      payout: [
        { kind: 'percent', percent: '1' },
        { kind: 'percent', percent: '2', event: 'purchase' },
        { kind: 'percent', percent: '3', partner: 'magazine' },
        { kind: 'percent', percent: '4', campaign: 'cover' },
        { kind: 'fixed', amount: '9.99', campaign: 'cover', event: 'lead' },
      ],
    }),
    offerOf('monthly', tiers({ period: 'month', tiers: byCount })),
    offerOf('daily', tiers({ period: 'day', tiers: byCount })),
    offerOf(
      'turnover',
      tiers({ by: 'revenue', period: 'total', tiers: [byCount[0], { from: '150.00', percent: '50' }] }),
    ),
    offerOf('leads', tiers({ event: 'lead', period: 'total', tiers: byCount })),
    offerOf('crowded', tiers({ period: 'total', tiers: [byCount[0], { from: 10, percent: '20' }] })),
  ],
  [
    { key: 'column', partner: 'magazine', offers: [{ offer: 'boots' }] },
    { key: 'cover', partner: 'magazine', offers: [{ offer: 'boots' }] },
    { key: 'monthly-magazine', partner: 'magazine', offers: [{ offer: 'monthly' }] },
  ],
);

describe('the payout of a conversion', () => {
  onEveryDatabase(
    (current, clock) => {
      const options = () => ({ at: clock.date });
      const sell = async (campaign: string, more: Json = {}) => {
        const { tracker } = current;
        const data = { transactionId: unique(), revenue: '100.00', currency: 'EUR', ...more };
        const { body } = await report(tracker, { clickId: await click(tracker, campaign), ...data }, options());
        return { ...data, payout: (body.payout as Json | undefined)?.amount ?? body.reason };
      };
      const payouts = async (campaign: string, times: number, more: Json = {}) => {
        const found: unknown[] = [];
        for (let i = 0; i < times; i++) found.push((await sell(campaign, more)).payout);
        return found;
      };

      it.each([
        ['boots', 'lead', '1.00'],
        ['boots', 'purchase', '2.00'],
        ['column', 'purchase', '3.00'],
        ['cover', 'purchase', '4.00'],
        ['cover', 'lead', '9.99'],
      ])('over campaign "%s" for a %s is what the most specific rule says', async (campaign, event, payout) => {
        expect((await sell(campaign, { event })).payout).toBe(payout);
      });

      it('rises with what the partner has brought to the offer in the month, and begins again with the next', async () => {
        clock.set('2031-05-31T12:00:00Z');
        expect(await payouts('monthly', 6)).toEqual(['10.00', '10.00', '20.00', '20.00', '7.00', '7.00']);
        expect(await payouts('monthly-magazine', 1)).toEqual(['10.00']);
        clock.set('2031-06-01T00:00:00Z');
        expect(await payouts('monthly', 3)).toEqual(['10.00', '10.00', '20.00']);
      });

      it('falls back when a conversion is refunded, in the day it was received in', async () => {
        clock.set('2031-05-10T12:00:00Z');
        const [first] = [await sell('daily'), await sell('daily')];
        await change(current.tracker, { transactionId: first?.transactionId, status: 'rejected' }, options());
        expect(await payouts('daily', 2)).toEqual(['10.00', '20.00']);
        clock.set('2031-05-11T12:00:00Z');
        const later = await sell('daily');
        clock.set('2031-05-12T12:00:00Z');
        await payouts('daily', 2);
        await change(current.tracker, { transactionId: later.transactionId, status: 'refunded' }, options());
        expect(await payouts('daily', 1)).toEqual(['20.00']);
      });

      it('may rise with revenue, which refunds in part take back', async () => {
        const sold = [await sell('turnover'), await sell('turnover'), await sell('turnover')];
        expect(sold.map(({ payout }) => payout)).toEqual(['10.00', '10.00', '50.00']);
        for (const { transactionId } of sold.slice(0, 2)) {
          const less = { transactionId, revenue: '20.00', currency: 'EUR' };
          expect((await change(current.tracker, less, options())).body).toMatchObject({ payout: { amount: '2.00' } });
        }
        // 140.00 count, and the tier begins at 150.00.
        expect(await payouts('turnover', 2)).toEqual(['10.00', '50.00']);
      });

      it('rises with the event alone that its rule is for', async () => {
        expect(await payouts('leads', 3)).toEqual(['0.00', '0.00', '0.00']);
        expect(await payouts('leads', 3, { event: 'lead' })).toEqual(['10.00', '10.00', '20.00']);
      });

      it('stays what it was agreed to be when the revenue changes after the next tier is reached', async () => {
        const [first] = [await sell('crowded'), ...(await payouts('crowded', 10))];
        const more = { transactionId: (first as Json).transactionId, revenue: '200.00', currency: 'EUR' };
        expect((await change(current.tracker, more, options())).body).toMatchObject({ payout: { amount: '20.00' } });
      });

      it('is by exactly the tiers that are reached when thirty conversions arrive together', async () => {
        clock.set('2031-07-01T12:00:00Z');
        const all = await Promise.all(Array.from({ length: 30 }, () => sell('monthly')));
        const tally = new Map<unknown, number>();
        for (const { payout } of all) tally.set(payout, (tally.get(payout) ?? 0) + 1);
        expect(Object.fromEntries(tally)).toEqual({ '10.00': 2, '20.00': 2, '7.00': 26 });
      });
    },
    { seed },
  );
});

describe('tiers at two trackers on one PostgreSQL', () => {
  let database: TestDatabase;
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    database = await createPostgresDatabase();
    for (let i = 0; i < 2; i++) trackers.push(await startTracker({ database, options: { seed } }));
  });
  afterAll(async () => {
    await Promise.all(trackers.map((tracker) => tracker.close()));
    await database.drop();
  });

  it('are reached by exactly as many conversions as they say', async () => {
    const sell = async (i: number) => {
      const tracker = trackers[i % 2] as Tracker;
      const data = { transactionId: unique(), revenue: '100.00', currency: 'EUR' };
      const { body } = await report(tracker, { clickId: await click(tracker, 'crowded'), ...data });
      return (body.payout as Json).amount;
    };
    const payouts = await Promise.all(Array.from({ length: 60 }, (_, i) => sell(i)));
    expect(payouts.filter((payout) => payout === '10.00')).toHaveLength(10);
    expect(payouts.filter((payout) => payout === '20.00')).toHaveLength(50);
  });
});
