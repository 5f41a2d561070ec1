import { describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { type Answer, click, type Json } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';

const outcome = ({ body }: Answer) => String(body.reason ?? body.outcome);
const TEN_PERCENT = { payout: [{ kind: 'percent', percent: '10' }] };

describe('caps', () => {
  onEveryDatabase((current, clock) => {
    const apply = (catalog: Json) => current.tracker.get(CatalogService).apply(catalog);
    const sell = async (clickId: string, revenue = '10.00', more: Json = {}) => {
      const data = { clickId, transactionId: unique(), revenue, currency: 'EUR', ...more };
      return report(current.tracker, data, { at: clock.date });
    };

    it('of payouts refuse what would go beyond them, take what still fits, and begin anew with the day', async () => {
      clock.set('2031-05-10T22:00:00Z');
      const caps = { payoutPerDay: '2.50', payoutPerMonth: '4.00' };
      await apply(catalogOf([offerOf('budget', { ...TEN_PERCENT, caps })]));
      const clickId = await click(current.tracker, 'budget');
      expect(outcome(await sell(clickId, '20.00'))).toBe('recorded');
      const refused = await sell(clickId, '10.00');
      expect(refused.body).toMatchObject({ reason: 'cap_reached', status: 422 });
      expect(refused.body.detail).toContain('2.50 EUR a day');
      expect(outcome(await sell(clickId, '5.00'))).toBe('recorded');
      expect(outcome(await sell(clickId, '0.00'))).toBe('recorded');
      clock.set('2031-05-11T00:00:01Z');
      expect(outcome(await sell(clickId, '20.00'))).toBe('cap_reached');
      expect(outcome(await sell(clickId, '15.00'))).toBe('recorded');
      clock.set('2031-06-01T00:00:01Z');
      expect(outcome(await sell(clickId, '25.00'))).toBe('recorded');
    });

    it('of a partner hold over all its offers, payouts in their own currency', async () => {
      clock.set('2031-07-01T10:00:00Z');
      const offers = [
        offerOf('boots', TEN_PERCENT),
        offerOf('hats', TEN_PERCENT),
        offerOf('yen', { ...TEN_PERCENT, currency: 'JPY' }),
      ];
      const [{ campaigns }, key] = [catalogOf(offers), 'affiliate'];
      await apply({
        ...catalogOf(offers),
        partners: [{ key: 'blog' }, { key, caps: { conversionsPerDay: 4, payoutTotal: '3.00', currency: 'EUR' } }],
        campaigns: (campaigns as Json[]).map((campaign) => ({ ...campaign, partner: key })),
      });
      const [boots, hats, yen] = await Promise.all(['boots', 'hats', 'yen'].map((one) => click(current.tracker, one)));
      expect(outcome(await sell(boots ?? '', '20.00'))).toBe('recorded');
      expect(outcome(await sell(hats ?? '', '20.00'))).toBe('cap_reached');
      expect(outcome(await sell(hats ?? '', '10.00'))).toBe('recorded');
      const inYen = { revenue: '9000', currency: 'JPY' };
      expect(outcome(await sell(yen ?? '', '0', inYen))).toBe('recorded');
      expect(outcome(await sell(yen ?? '', '0', inYen))).toBe('recorded');
      const refused = await sell(yen ?? '', '0', inYen);
      expect(refused.body.detail).toContain('Partner "affiliate" takes 4 conversions a day');
    });

    it('that are added later know of what was counted before, and of what was taken back', async () => {
      clock.set('2031-08-01T10:00:00Z');
      await apply(catalogOf([offerOf('later', TEN_PERCENT)]));
      const clickId = await click(current.tracker, 'later');
      const transactionId = unique();
      expect(outcome(await sell(clickId, '10.00', { transactionId }))).toBe('recorded');
      for (let i = 0; i < 2; i++) expect(outcome(await sell(clickId))).toBe('recorded');
      await change(current.tracker, { transactionId, status: 'refunded' }, { at: clock.date });
      await apply(catalogOf([offerOf('later', { ...TEN_PERCENT, caps: { conversionsTotal: 3 } })]));
      expect(outcome(await sell(clickId))).toBe('recorded');
      expect(outcome(await sell(clickId))).toBe('cap_reached');
    });

    it('get a place back in the day in which the conversion came, not in which it was taken back', async () => {
      clock.set('2031-09-01T10:00:00Z');
      await apply(
        catalogOf([offerOf('daily', { ...TEN_PERCENT, caps: { conversionsPerDay: 1, conversionsTotal: 2 } })]),
      );
      const clickId = await click(current.tracker, 'daily');
      const transactionId = unique();
      expect(outcome(await sell(clickId, '10.00', { transactionId }))).toBe('recorded');
      clock.set('2031-09-02T10:00:00Z');
      expect(outcome(await sell(clickId))).toBe('recorded');
      await change(current.tracker, { transactionId, status: 'rejected' }, { at: clock.date });
      expect(outcome(await sell(clickId))).toBe('cap_reached');
      clock.set('2031-09-03T10:00:00Z');
      expect(outcome(await sell(clickId))).toBe('recorded');
      expect(outcome(await sell(clickId))).toBe('cap_reached');
    });

    it('take no place for what counts nothing', async () => {
      clock.set('2031-10-01T10:00:00Z');
      await apply(catalogOf([offerOf('strict', { ...TEN_PERCENT, caps: { conversionsTotal: 1 } })]));
      const clickId = await click(current.tracker, 'strict');
      expect(outcome(await sell(clickId, '10.00', { status: 'rejected' }))).toBe('recorded');
      expect(outcome(await sell(clickId))).toBe('recorded');
      expect(outcome(await sell(clickId))).toBe('cap_reached');
      expect(outcome(await sell(clickId, '10.00', { status: 'rejected' }))).toBe('recorded');
    });

    it('move with an amount that changes: a partial refund leaves room', async () => {
      clock.set('2031-11-01T10:00:00Z');
      await apply(catalogOf([offerOf('room', { ...TEN_PERCENT, caps: { payoutTotal: '1.00' } })]));
      const clickId = await click(current.tracker, 'room');
      const transactionId = unique();
      expect(outcome(await sell(clickId, '10.00', { transactionId }))).toBe('recorded');
      expect(outcome(await sell(clickId, '4.00'))).toBe('cap_reached');
      const less = { transactionId, revenue: '6.00', currency: 'EUR' };
      expect(outcome(await change(current.tracker, less, { at: clock.date }))).toBe('updated');
      expect(outcome(await sell(clickId, '4.00'))).toBe('recorded');
      expect(outcome(await sell(clickId, '1.00'))).toBe('cap_reached');
    });
  });

  onEveryDatabase((current) => {
    it.each([
      ['offers[0].caps.payoutPerDay', { offers: [offerOf('bad', { caps: { payoutPerDay: '1.005' } })] }],
      ['offers[0].caps.payoutTotal', { offers: [offerOf('bad', { caps: { payoutTotal: '-1.00' } })] }],
      ['offers[0].caps.conversionsTotal', { offers: [offerOf('bad', { caps: { conversionsTotal: -1 } })] }],
      ['partners[0].caps.currency', { partners: [{ key: 'bad', caps: { payoutTotal: '1.00' } }] }],
      [
        'partners[0].caps.payoutPerMonth',
        { partners: [{ key: 'bad', caps: { payoutPerMonth: '1.5', currency: 'JPY' } }] },
      ],
    ])('are refused with the path of the fault: %s', async (path, catalog) => {
      const faults = expect.arrayContaining([expect.objectContaining({ path })]);
      await expect(current.tracker.get(CatalogService).apply(catalog)).rejects.toMatchObject({ faults });
    });
  });
});
