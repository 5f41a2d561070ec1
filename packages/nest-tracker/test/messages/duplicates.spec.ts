import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { created, post, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, type Json } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const EUR = 'EUR';
const outcome = ({ body }: Answer) => body.reason ?? body.outcome;

async function rowsOf(tracker: Tracker, clickId: string): Promise<Json[]> {
  const rows = await tracker.database.query(
    'SELECT revenue, payout, status FROM tallyback_conversions WHERE click_id = $1 ORDER BY id',
    [clickId],
  );
  return rows.map((row) => ({ revenue: Number(row.revenue), payout: Number(row.payout), status: row.status }));
}

/** The sums of the ledger of a click's conversions and the number of its entries. */
async function ledgerOf(tracker: Tracker, clickId: string): Promise<Json> {
  const [row] = await tracker.database.query(
    `SELECT COUNT(*) AS entries, SUM(l.revenue_delta) AS revenue, SUM(l.payout_delta) AS payout
       FROM tallyback_ledger l JOIN tallyback_conversions c ON c.id = l.conversion_id WHERE c.click_id = $1`,
    [clickId],
  );
  return { entries: Number(row?.entries), revenue: Number(row?.revenue), payout: Number(row?.payout) };
}

describe('a second message about one order', () => {
  onEveryTracker((current) => {
    const order = async (campaign: string) => {
      const { tracker } = current;
      const data = {
        clickId: await click(tracker, campaign),
        transactionId: unique(),
        revenue: '10.00',
        currency: EUR,
      };
      return { tracker, data, first: await report(tracker, data) };
    };

    it.each(['boots', 'ignore', 'new', 'once-per-click'])(
      'changes nothing under the policy of %s',
      async (campaign) => {
        const { tracker, data, first } = await order(campaign);
        const second = await report(tracker, { ...data, revenue: '99.00', status: 'rejected' });
        expect(second.body).toEqual({ ...first.body, outcome: 'duplicate' });
        expect(await rowsOf(tracker, data.clickId)).toMatchObject([{ revenue: 1000, status: 'approved' }]);
        expect(await ledgerOf(tracker, data.clickId)).toMatchObject({ entries: 1, revenue: 1000 });
      },
    );

    it('replaces revenue and status under "update"', async () => {
      const { tracker, data } = await order('update');
      const second = await report(tracker, { ...data, revenue: '12.00' });
      expect(second.status).toBe(200);
      expect(second.body).toMatchObject({
        outcome: 'updated',
        revenue: { amount: '12.00' },
        payout: { amount: '1.20' },
      });
      expect(outcome(await report(tracker, { ...data, revenue: '12.00' }))).toBe('duplicate');
      expect(outcome(await report(tracker, { ...data, revenue: '12.00', status: 'rejected' }))).toBe('updated');
      expect(await rowsOf(tracker, data.clickId)).toEqual([{ revenue: 1200, payout: 120, status: 'rejected' }]);
      expect(await ledgerOf(tracker, data.clickId)).toEqual({ entries: 3, revenue: 0, payout: 0 });
    });

    it('adds to the revenue under "increment"', async () => {
      const { tracker, data } = await order('increment');
      const second = await report(tracker, { ...data, revenue: '2.50' });
      expect(second.body).toMatchObject({
        outcome: 'updated',
        revenue: { amount: '12.50' },
        payout: { amount: '1.25' },
      });
      expect(await ledgerOf(tracker, data.clickId)).toEqual({ entries: 2, revenue: 1250, payout: 125 });
    });

    it('adds all of many increments that arrive together, the first of which makes the conversion', async () => {
      const { tracker } = current;
      const data = {
        clickId: await click(tracker, 'increment'),
        transactionId: unique(),
        revenue: '1.00',
        currency: EUR,
      };
      const answers = await Promise.all(Array.from({ length: 20 }, () => report(tracker, data)));
      expect(answers.map(outcome).sort()).toEqual(['recorded', ...Array<string>(19).fill('updated')]);
      expect(await rowsOf(tracker, data.clickId)).toEqual([{ revenue: 2000, payout: 200, status: 'approved' }]);
      expect(await ledgerOf(tracker, data.clickId)).toEqual({ entries: 20, revenue: 2000, payout: 200 });
    });

    it('is refused under "reject"', async () => {
      const { tracker, data } = await order('reject');
      expectRefusal(await report(tracker, data), 'duplicate_refused', 'data.transactionId');
      expect(await rowsOf(tracker, data.clickId)).toHaveLength(1);
    });

    it.each(['ignore', 'update', 'increment', 'new', 'once-per-click', 'reject'])(
      'is a duplicate under every policy when it is the retry of one delivery (%s)',
      async (campaign) => {
        const { tracker } = current;
        const clickId = await click(tracker, campaign);
        const message = created({ clickId, transactionId: unique(), revenue: '10.00', currency: EUR });
        const more = created({
          clickId,
          transactionId: (message.data as Json).transactionId,
          revenue: '3.00',
          currency: EUR,
        });
        const [first, second] = [unique('msg'), unique('msg')];
        expect(outcome(await post(tracker, message, { id: first }))).toBe('recorded');
        expect(outcome(await post(tracker, message, { id: first }))).toBe('duplicate');
        const changed = ['update', 'increment'].includes(campaign);
        expect(outcome(await post(tracker, more, { id: second }))).toBe(
          changed ? 'updated' : campaign === 'reject' ? 'duplicate_refused' : 'duplicate',
        );
        if (campaign !== 'reject') expect(outcome(await post(tracker, more, { id: second }))).toBe('duplicate');
        expect(outcome(await post(tracker, message, { id: first }))).toBe('duplicate');
        expect(await ledgerOf(tracker, clickId)).toMatchObject({ entries: changed ? 2 : 1 });
      },
    );

    it.each(['ignore', 'update', 'increment', 'reject'])(
      'has its effect once when the retries of one delivery arrive together (%s)',
      async (campaign) => {
        const { tracker } = current;
        const clickId = await click(tracker, campaign);
        const message = created({ clickId, transactionId: unique(), revenue: '10.00', currency: EUR });
        const id = unique('msg');
        const answers = await Promise.all(Array.from({ length: 10 }, () => post(tracker, message, { id })));
        expect(answers.map(outcome).sort()).toEqual([...Array<string>(9).fill('duplicate'), 'recorded']);
        expect(await ledgerOf(tracker, clickId)).toMatchObject({ entries: 1, revenue: 1000 });
      },
    );
  });
});

describe('a second order on one click', () => {
  onEveryTracker((current) => {
    it('is a conversion of its own under every policy but one', async () => {
      const { tracker } = current;
      for (const campaign of ['ignore', 'update', 'increment', 'new', 'reject']) {
        const clickId = await click(tracker, campaign);
        expect(outcome(await report(tracker, { clickId, transactionId: unique() }))).toBe('recorded');
        expect(outcome(await report(tracker, { clickId, transactionId: unique() }))).toBe('recorded');
        expect(await rowsOf(tracker, clickId)).toHaveLength(2);
      }
    });

    it('is a duplicate of the first under "once_per_click", for the same event', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'once-per-click');
      const first = await report(tracker, { clickId, transactionId: unique(), revenue: '10.00', currency: EUR });
      const second = await report(tracker, { clickId, transactionId: unique(), revenue: '20.00', currency: EUR });
      expect(second.body).toEqual({ ...first.body, outcome: 'duplicate' });
      expect(outcome(await report(tracker, { clickId, transactionId: unique(), event: 'lead' }))).toBe('recorded');
      expect(await rowsOf(tracker, clickId)).toHaveLength(2);
    });

    it('is counted once under "once_per_click" when many arrive together', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'once-per-click');
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => report(tracker, { clickId, transactionId: unique() })),
      );
      expect(answers.map(outcome).sort()).toEqual([...Array<string>(19).fill('duplicate'), 'recorded']);
      expect(await rowsOf(tracker, clickId)).toHaveLength(1);
    });
  });
});
