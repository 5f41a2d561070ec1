import { describe, expect, it } from '@jest/globals';
import { SECRETS } from '../support/catalog.js';
import { change, report, signedPostback, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const conversionsOf = async (tracker: Tracker, filters: Record<string, string>) =>
  (await manage(tracker, `/v1/conversions?${new URLSearchParams(filters)}`)).body.items as Json[];

describe('a delivery id that was accepted before', () => {
  onEveryTracker((current) => {
    const order = async (campaign = 'increment') => ({
      clickId: await click(current.tracker, campaign),
      transactionId: unique(),
      revenue: '10.00',
      currency: 'EUR',
    });

    it('has no second effect, though its policy would add the amounts of a second message', async () => {
      const { tracker } = current;
      const data = await order();
      const id = unique('msg');
      expect((await report(tracker, data, { id })).body.outcome).toBe('recorded');
      for (let again = 0; again < 3; again++) {
        expect((await report(tracker, data, { id })).body).toMatchObject({
          outcome: 'duplicate',
          revenue: { amount: '10.00' },
        });
      }
      expect((await report(tracker, data)).body).toMatchObject({ outcome: 'updated', revenue: { amount: '20.00' } });
    });

    it('has none with another body either: the answer is the conversion that it was about', async () => {
      const { tracker } = current;
      const first = await order();
      const id = unique('msg');
      const { conversionId } = (await report(tracker, first, { id })).body;
      const other = { ...(await order()), revenue: '999.00' };
      const answer = await report(tracker, other, { id });
      expect(answer.body).toMatchObject({ outcome: 'duplicate', conversionId, revenue: { amount: '10.00' } });
      expect(await conversionsOf(tracker, { transactionId: other.transactionId })).toEqual([]);
      const refund = { transactionId: first.transactionId, status: 'refunded' };
      expect((await change(tracker, refund, { id })).body).toMatchObject({ outcome: 'duplicate', status: 'approved' });
    });

    it('is another one with every advertiser', async () => {
      const { tracker } = current;
      const id = unique('msg');
      const transactionId = unique();
      const ours = await report(tracker, { transactionId }, { id });
      const theirs = await report(tracker, { transactionId }, { id, advertiser: 'rival', secret: SECRETS.rival });
      expect([ours.body.outcome, theirs.body.outcome]).toEqual(['unattributed', 'unattributed']);
      expect(theirs.body.conversionId).not.toBe(ours.body.conversionId);
    });

    it('is the same in a signed URL as in a message', async () => {
      const { tracker } = current;
      const { clickId, transactionId } = await order();
      const id = unique('url');
      const url = { clickid: clickId, txid: transactionId, revenue: '10.00' };
      expect((await send(tracker, signedPostback(tracker, url, { id }))).body.outcome).toBe('recorded');
      const dearer = signedPostback(tracker, { ...url, revenue: '99.00' }, { id });
      expect((await send(tracker, dearer)).body).toMatchObject({ outcome: 'duplicate', revenue: { amount: '10.00' } });
      const other = await report(tracker, await order(), { id });
      expect(other.body).toMatchObject({ outcome: 'duplicate', clickId });
    });

    it('is free again when its message was refused: the mended one counts', async () => {
      const { tracker } = current;
      const data = await order();
      const id = unique('msg');
      expect((await report(tracker, { ...data, currency: 'EURO' }, { id })).status).toBe(400);
      expect((await report(tracker, data, { id })).body.outcome).toBe('recorded');
    });
  });
});
