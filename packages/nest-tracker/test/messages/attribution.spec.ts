import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, inboundLog, manage } from '../support/requests.js';

const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

describe('a signed conversion', () => {
  onEveryTracker((current) => {
    it.each([
      ['names no click', {}],
      ['names a click that is not known', { clickId: UNKNOWN_CLICK }],
    ])('is stored unattributed when it %s', async (_, click) => {
      const { tracker } = current;
      const transactionId = unique();
      const data = { ...click, transactionId, revenue: '10.00', currency: 'USD' };
      const answer = await report(tracker, data);
      expect(answer.status).toBe(202);
      expect(answer.headers['tallyback-outcome']).toBe('unattributed');
      expect(answer.body).toMatchObject({ outcome: 'unattributed', revenue: { amount: '10.00', currency: 'USD' } });
      expect(answer.body.clickId).toBeUndefined();
      const [row] = await tracker.database.query('SELECT * FROM tallyback_conversions WHERE transaction_id = $1', [
        transactionId,
      ]);
      expect(row).toMatchObject({
        click_id: null,
        claimed_click_id: Object.values(click)[0] ?? null,
        campaign_id: null,
      });
      expect((await report(tracker, data)).body).toMatchObject({ outcome: 'duplicate' });
      expect(await inboundLog(tracker, { transactionId, outcome: 'unattributed' })).toMatchObject([{ status: 202 }]);
    });

    it('may be without amounts when it is unattributed', async () => {
      const answer = await report(current.tracker, { transactionId: unique() });
      expect(answer.status).toBe(202);
      expect(answer.body.revenue).toBeUndefined();
    });

    it('is refused when its click belongs to another advertiser', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'rival-boots');
      expectRefusal(await report(tracker, { clickId, transactionId: unique() }), 'click_mismatch', 'data.clickId');
      expect(await inboundLog(tracker, { clickId })).toMatchObject([{ reason: 'click_mismatch', step: 'findClick' }]);
    });

    it('counts within the window of its offer only', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'windowed');
      const early = await report(tracker, { clickId, transactionId: unique() });
      expectRefusal(early, 'outside_window', 'data.occurredAt');
      const move = 'UPDATE tallyback_clicks SET at = $1 WHERE id = $2';
      await tracker.database.query(move, [Date.now() - 120_000, clickId]);
      expect((await report(tracker, { clickId, transactionId: unique() })).status).toBe(201);
      const past = await report(tracker, { clickId, transactionId: unique(), occurredAt: ago(90) });
      expectRefusal(past, 'outside_window');
      await tracker.database.query(move, [Date.now() - 7_200_000, clickId]);
      expectRefusal(await report(tracker, { clickId, transactionId: unique() }), 'outside_window');
      const inTime = await report(tracker, { clickId, transactionId: unique(), occurredAt: ago(7_200 - 1_800) });
      expect(inTime.status).toBe(201);
    });

    it('never happens in the future, whatever the sender’s clock says', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      await report(tracker, { clickId, transactionId: unique(), occurredAt: '2099-01-01T00:00:00Z' });
      const [row] = await tracker.database.query('SELECT * FROM tallyback_conversions WHERE click_id = $1', [clickId]);
      expect(Number(row?.occurred_at)).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    it('counts only the events of its offer', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'leads-only');
      expectRefusal(await report(tracker, { clickId, transactionId: unique() }), 'event_unknown', 'data.event');
      const lead = await report(tracker, { clickId, transactionId: unique(), event: 'lead' });
      expect(lead.status).toBe(201);
    });

    it('is refused in another currency than its offer’s', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const data = { clickId, transactionId: unique(), revenue: '1.00', currency: 'USD' };
      expectRefusal(await report(tracker, data), 'currency_unsupported', 'data.currency');
    });

    it('is refused while its offer is paused, but stays a duplicate when it was counted before', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'leads-only');
      const data = { clickId, transactionId: unique(), event: 'lead' };
      expect((await report(tracker, data)).status).toBe(201);
      const [paused] = await tracker.database.query("SELECT id FROM tallyback_offers WHERE key = 'paused'");
      await tracker.database.query('UPDATE tallyback_clicks SET offer_id = $1 WHERE id = $2', [paused?.id, clickId]);
      expectRefusal(await report(tracker, { ...data, transactionId: unique() }), 'offer_inactive');
      expect((await report(tracker, data)).body).toMatchObject({ outcome: 'duplicate' });
    });

    it('has an identity of advertiser, event and transaction id', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const transactionId = unique();
      const answers = [
        await report(tracker, { clickId, transactionId }),
        await report(tracker, { clickId, transactionId, event: 'lead' }),
        await report(tracker, { clickId, transactionId: transactionId.toLowerCase() }),
        await report(tracker, { clickId, transactionId: ` ${transactionId}` }),
        await report(tracker, { transactionId }, { advertiser: 'token' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 202]);
      const list = await manage(tracker, `/v1/conversions?clickId=${clickId}`);
      expect(list.body.items).toHaveLength(4);
    });

    it('is unknown to an update that comes before it', async () => {
      const answer = await change(current.tracker, { transactionId: unique(), status: 'refunded' });
      expectRefusal(answer, 'status_transition_invalid', 'data.transactionId');
    });
  });
});
