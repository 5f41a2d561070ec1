import { beforeAll, describe, expect, it } from '@jest/globals';
import { change, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { pick, reportOf } from '../support/reports.js';
import { click, type Json, send } from '../support/requests.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const NOTHING = {
  clicks: 0,
  uniqueClicks: 0,
  bots: 0,
  conversions: 0,
  approved: 0,
  pending: 0,
  rejected: 0,
  refunded: 0,
};

describe('the figures of a report', () => {
  onEveryDatabase((current, clock) => {
    const convert = async (campaign: string, data: Json, query = '') => {
      const clickId = await click(current.tracker, campaign, query);
      const transactionId = unique();
      await report(current.tracker, { clickId, transactionId, ...data }, { at: clock.date });
      return clickId;
    };

    beforeAll(async () => {
      const { tracker } = current;
      clock.set('2031-03-10T10:00:00Z');
      const eur = (revenue: string, more: Json = {}) => ({ revenue, currency: 'EUR', ...more });
      await convert('boots', eur('10.00'), 'cost=0.10&sub1=a');
      const clickId = await convert('boots', eur('5.55', { event: 'trial' }), 'cost=0.10&sub1=b');
      await send(tracker, '/c/boots?cost=0.10&sub1=b', { headers: { 'user-agent': FIREFOX } });
      await send(tracker, '/c/boots?cost=0.10', { method: 'HEAD' });
      await send(tracker, '/c/boots?cost=0.10', { headers: { 'sec-purpose': 'prefetch' } });
      await send(tracker, '/c/boots?cost=0.10', { headers: { 'user-agent': 'curl/8' } });
      const more = (data: Json) => report(tracker, { clickId, transactionId: unique(), ...data }, { at: clock.date });
      await more(eur('1.00', { status: 'pending' }));
      await more(eur('100.00', { status: 'rejected' }));
      const refunded = unique();
      await report(tracker, { clickId, transactionId: refunded, ...eur('50.00') }, { at: clock.date });
      await change(tracker, { transactionId: refunded, status: 'refunded' }, { at: clock.date });
      clock.set('2031-03-11T10:00:00Z');
      await convert('yen', { revenue: '1001', currency: 'JPY' });
      await convert('dinar', { revenue: '1.005', currency: 'KWD' });
      await report(tracker, { transactionId: unique(), revenue: '7.00', currency: 'USD' }, { at: clock.date });
      await report(tracker, { transactionId: unique() }, { at: clock.date });
      clock.set('2031-03-12T10:00:00Z');
    });

    it('count people’s clicks, accepted conversions, and money to the cent', async () => {
      const { rows } = await reportOf(current.tracker, 'groupBy=campaign&filter[campaign]=boots');
      expect(rows).toEqual([
        {
          campaign: 'boots',
          currency: 'EUR',
          clicks: 3,
          uniqueClicks: 2,
          bots: 1,
          conversions: 3,
          approved: 2,
          pending: 1,
          rejected: 1,
          refunded: 1,
          revenue: '16.55',
          payout: '1.66',
          cost: '0.30',
          profit: '14.59',
          cr: 1,
          roi: 7.443878,
          epc: '5.5167',
          aov: '5.52',
        },
      ]);
    });

    it('keep currencies apart, each with its own decimals', async () => {
      const { rows, totals } = await reportOf(current.tracker, 'groupBy=campaign');
      const names = ['campaign', 'currency', 'clicks', 'conversions', 'revenue', 'payout', 'profit', 'epc', 'aov'];
      const figures = [
        [null, null, 0, 1, '0', '0', '0', null, '0'],
        [null, 'USD', 0, 1, '7.00', '0.00', '7.00', null, '7.00'],
        ['boots', 'EUR', 3, 3, '16.55', '1.66', '14.59', '5.5167', '5.52'],
        ['dinar', 'KWD', 1, 1, '1.005', '0.025', '0.980', '1.00500', '1.005'],
        ['yen', 'JPY', 1, 1, '1001', '125', '876', '1001.00', '1001'],
      ];
      const byCampaign = (row: unknown[]) => `${row[0] ?? ''} ${row[1] ?? ''}`;
      const sorted = (list: unknown[][]) => [...list].sort((a, b) => (byCampaign(a) < byCampaign(b) ? -1 : 1));
      expect(sorted(pick(rows, ...names))).toEqual(figures);
      const whole = pick(totals, 'currency', 'revenue');
      expect(whole).toHaveLength(5);
      expect(whole).toEqual(
        expect.arrayContaining([
          ['EUR', '16.55'],
          ['JPY', '1001'],
          ['KWD', '1.005'],
          ['USD', '7.00'],
          [null, '0'],
        ]),
      );
    });

    it('are of one currency when it is asked for', async () => {
      const { rows, totals } = await reportOf(current.tracker, 'groupBy=campaign&currency=JPY');
      expect(pick(rows, 'campaign', 'currency', 'clicks')).toEqual([['yen', 'JPY', 1]]);
      expect(totals).toHaveLength(1);
    });

    it('are one row per currency without a grouping', async () => {
      const { rows, totals } = await reportOf(current.tracker, '');
      expect(rows).toEqual(totals);
      expect(rows).toHaveLength(5);
    });

    it.each([
      ['campaign', 'boots'],
      ['offer', 'boots'],
      ['partner', 'blog'],
      ['advertiser', 'acme'],
      ['month', '2031-03'],
      ['day', '2031-03-10'],
      ['hour', '2031-03-10T10:00'],
    ])('can be grouped by %s', async (dimension, value) => {
      const { rows } = await reportOf(current.tracker, `groupBy=${dimension}&currency=EUR`);
      expect(pick(rows, dimension, 'clicks', 'conversions', 'revenue', 'cost')).toEqual([
        [value, 3, 3, '16.55', '0.30'],
      ]);
    });

    it('show under each event the clicks of its other dimensions, and their cost in the totals only', async () => {
      const { rows, totals } = await reportOf(current.tracker, 'groupBy=campaign,event&currency=EUR');
      expect(pick(rows, 'campaign', 'event', 'clicks', 'conversions', 'revenue', 'cost', 'cr')).toEqual([
        ['boots', 'purchase', 3, 2, '11.00', '0.00', 0.666667],
        ['boots', 'trial', 3, 1, '5.55', '0.00', 0.333333],
      ]);
      expect(pick(totals, 'clicks', 'conversions', 'cost')).toEqual([[3, 3, '0.30']]);
    });

    it('follow the click’s sub-ids', async () => {
      const { rows } = await reportOf(current.tracker, 'groupBy=sub1&filter[campaign]=boots');
      expect(pick(rows, 'sub1', 'clicks', 'conversions', 'revenue')).toEqual([
        [null, 0, 0, '0.00'],
        ['a', 1, 1, '10.00'],
        ['b', 2, 2, '6.55'],
      ]);
    });

    it.each([
      ['filter[event]=trial', 1, '5.55'],
      ['filter[sub1]=a', 1, '10.00'],
      ['filter[campaign]=boots&filter[event]=purchase', 2, '11.00'],
      ['filter[advertiser]=acme&filter[offer]=boots&filter[partner]=blog', 3, '16.55'],
    ])('can be filtered by %s', async (filter, conversions, revenue) => {
      const { totals } = await reportOf(current.tracker, `currency=EUR&${filter}`);
      expect(pick(totals, 'conversions', 'revenue')).toEqual([[conversions, revenue]]);
    });

    it.each([
      'filter[campaign]=nowhere',
      "filter[sub1]=' OR '1'='1",
      'filter[event]=none&filter[campaign]=nowhere',
      'from=2040-01-01',
    ])('are nothing where nothing matches (%s)', async (filter) => {
      expect(await reportOf(current.tracker, `groupBy=campaign&${filter.replaceAll(' ', '%20')}`)).toEqual({
        rows: [],
        totals: [],
      });
    });

    it('count no conversions of clicks without any, and divide by nothing', async () => {
      const { tracker } = current;
      await click(tracker, 'no-macro');
      const { rows } = await reportOf(tracker, 'groupBy=campaign&filter[campaign]=no-macro');
      expect(rows).toEqual([
        {
          ...NOTHING,
          campaign: 'no-macro',
          currency: 'EUR',
          clicks: 1,
          uniqueClicks: 1,
          revenue: '0.00',
          payout: '0.00',
          cost: '0.00',
          profit: '0.00',
          cr: 0,
          roi: null,
          epc: '0.0000',
          aov: null,
        },
      ]);
    });
  });
});
