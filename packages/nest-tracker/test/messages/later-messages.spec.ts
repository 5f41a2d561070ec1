import { describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { CATALOG, TOKEN } from '../support/catalog.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { change, postback, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, send } from '../support/requests.js';

describe('what comes later about an order', () => {
  onEveryTracker((current) => {
    const ordered = async (campaign: string, revenue = '100.00') => {
      const { tracker } = current;
      const identity = { transactionId: unique() };
      const clickId = await click(tracker, campaign);
      const first = await report(tracker, { clickId, ...identity, revenue, currency: 'EUR' });
      return { tracker, identity, clickId, first };
    };

    it('has no second effect when it is an old delivery that comes again', async () => {
      const { tracker, identity } = await ordered('boots');
      const id = unique('again');
      const same = { ...identity, revenue: '100.00', currency: 'EUR' };
      expect((await change(tracker, same, { id })).body.outcome).toBe('duplicate');
      expect((await change(tracker, { ...same, revenue: '80.00' })).body.outcome).toBe('updated');
      const replayed = await change(tracker, same, { id });
      expect(replayed.body).toMatchObject({ outcome: 'duplicate', revenue: { amount: '80.00' } });
    });

    it('pays by the rule that stood when the order was recorded', async () => {
      const { tracker, identity, first } = await ordered('boots');
      expect(first.body.payout).toEqual({ amount: '10.00', currency: 'EUR' });
      const catalog = tracker.app.get(CatalogService, { strict: false });
      const [boots] = CATALOG.offers;
      await catalog.apply({ offers: [{ ...boots, payout: [{ kind: 'percent', percent: '20' }] }] });
      const later = await change(tracker, { ...identity, revenue: '50.00', currency: 'EUR' });
      await catalog.apply({ offers: [boots] });
      expect(later.body.payout).toEqual({ amount: '5.00', currency: 'EUR' });
    });

    it('leaves a payout alone that came with the message, even when it is what the rule would have given', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'override');
      const identity = { transactionId: unique() };
      const amounts = { revenue: '10.00', currency: 'EUR' };
      await report(tracker, { clickId, ...identity, ...amounts, payout: '1.00' });
      const later = await change(tracker, { ...identity, ...amounts, revenue: '20.00' });
      expect(later.body).toMatchObject({ outcome: 'updated', payout: { amount: '1.00' } });
    });

    it('is refused from an unsigned sender that names another click, and tells nothing of the order', async () => {
      const { tracker } = current;
      const order = { txid: unique(), token: TOKEN, amount: '10.00' };
      const clickid = await click(tracker, 'by-token');
      expect((await send(tracker, postback({ ...order, clickid }))).status).toBe(201);
      expect((await send(tracker, postback({ ...order, clickid }))).body.outcome).toBe('duplicate');
      const other = await click(tracker, 'by-token');
      const answer = await send(tracker, postback({ ...order, clickid: other }));
      expectRefusal(answer, 'click_mismatch');
      expect(answer.text).not.toContain(clickid);
    });

    it('cannot create an order that is refunded already, with or without a click', async () => {
      const { tracker } = current;
      const refunded = { transactionId: unique(), revenue: '10.00', currency: 'EUR', status: 'refunded' };
      expectRefusal(await report(tracker, refunded), 'status_transition_invalid', 'data.status');
      const clickId = await click(tracker, 'boots');
      expectRefusal(await report(tracker, { ...refunded, clickId }), 'status_transition_invalid', 'data.status');
    });
  });
});
