import { describe, expect, it } from '@jest/globals';
import { unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';
import { HOUSE, TOKEN } from './house.js';

async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  return (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as Json[];
}

describe('what a network’s postback means', () => {
  onEveryDatabase(
    (current) => {
      it('is a change of status when Keitaro sends the same conversion again', async () => {
        const { tracker } = current;
        const subid = await click(tracker, 'open');
        const path = `/compat/keitaro/k/postback?subid=${subid}&tid=${unique()}`;
        expect((await send(tracker, `${path}&status=lead&payout=5.00`)).body).toMatchObject({
          outcome: 'recorded',
          status: 'pending',
        });
        expect((await send(tracker, `${path}&status=sale&payout=5.00`)).body).toMatchObject({
          outcome: 'updated',
          status: 'approved',
        });
        expect((await send(tracker, `${path}&status=sale&payout=5.00`)).body.outcome).toBe('duplicate');
        expect((await send(tracker, `${path}&status=rejected`)).body).toMatchObject({
          outcome: 'updated',
          status: 'rejected',
          revenue: { amount: '5.00' },
        });
        expect((await send(tracker, `${path}&status=sale`)).body.reason).toBe('status_transition_invalid');
      });

      it('is a new revenue when Binom sends the same click again', async () => {
        const { tracker } = current;
        const path = `/compat/binom/click.php?cnv_id=${await click(tracker, 'open')}`;
        expect((await send(tracker, `${path}&payout=5.00`)).status).toBe(201);
        expect((await send(tracker, `${path}&payout=7.50`)).body).toMatchObject({
          outcome: 'updated',
          revenue: { amount: '7.50' },
          payout: { amount: '0.75' },
        });
      });

      it('gives way to the offer’s own policy', async () => {
        const { tracker } = current;
        const path = `/compat/binom/click.php?cnv_id=${await click(tracker, 'ignoring')}`;
        expect((await send(tracker, `${path}&payout=5.00`)).status).toBe(201);
        expect((await send(tracker, `${path}&payout=7.50`)).body).toMatchObject({
          outcome: 'duplicate',
          revenue: { amount: '5.00' },
        });
      });

      it('is a duplicate when a network that has no transaction id, or repeats one, says it twice', async () => {
        const { tracker } = current;
        const cid = await click(tracker, 'open');
        const path = `/compat/voluum/postback?cid=${cid}`;
        const outcomes = [];
        for (const more of ['&payout=1.00', '&payout=9.00', '&payout=1.00&txid=a', '&payout=9.00&txid=a', '&et=lead'])
          outcomes.push((await send(tracker, path + more)).body.outcome);
        expect(outcomes).toEqual(['recorded', 'duplicate', 'recorded', 'duplicate', 'recorded']);
        expect((await stored(tracker, cid)).map(({ transactionId }) => transactionId).sort()).toEqual([
          `${cid}:lead`,
          `${cid}:purchase`,
          'a',
        ]);
      });

      it('is counted in the offer’s currency when it names none, to the decimals of that currency', async () => {
        const { tracker } = current;
        const cid = await click(tracker, 'yen');
        expect((await send(tracker, `/compat/voluum/postback?cid=${cid}&payout=500`)).body).toMatchObject({
          revenue: { amount: '500', currency: 'JPY' },
        });
        const decimals = await send(tracker, `/compat/voluum/postback?cid=${cid}&txid=2&payout=5.00`);
        expect(decimals.body).toMatchObject({ reason: 'invalid_field', field: 'revenue' });
      });

      it('keeps the network’s own catalog ids, as far as metadata can hold them', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const long = 'x'.repeat(5_000);
        const query = `transaction_id=${clickId}&nid=12&oid=3&affid=${long}&adv1=pro`;
        expect((await send(tracker, `/compat/everflow/?${query}`)).status).toBe(201);
        const [conversion] = await stored(tracker, clickId);
        expect(conversion?.metadata).toEqual({ everflow_network: '12', everflow_offer: '3', adv1: 'pro' });
      });

      it('without a click belongs to the offer of its coupon when its sender is proven, in that offer’s currency', async () => {
        const { tracker } = current;
        const order = unique();
        const path = `/compat/everflow/?coupon_code=spring&order_id=${order}&amount=20.00&verification_token=${TOKEN}`;
        const answer = await send(tracker, path);
        expect(answer.body).toMatchObject({ outcome: 'recorded', payout: { amount: '2.00', currency: 'USD' } });
        expect((await send(tracker, path)).body.outcome).toBe('duplicate');
        const own = await send(tracker, `${path}&transaction_id=${await click(tracker, 'by-token')}`);
        expect(own.body.reason).toBe('click_mismatch');
      });

      it('without a click is refused when nobody knows its coupon, or its sender proves nothing', async () => {
        const { tracker } = current;
        const query = `coupon_code=NONE&order_id=${unique()}&amount=20.00&compat=1`;
        const unknown = await send(tracker, `/compat/cake/p.ashx?ecc=NONE&t=1&verification_token=x&token=${TOKEN}`);
        expect(unknown.headers['tallyback-reason']).toBe('click_not_found');
        const open = `/compat/everflow/?${query.replace('NONE', 'OPEN')}&advertiser=open`;
        expect((await send(tracker, open)).body.reason).toBe('click_not_found');
        const currencies = await send(tracker, `/compat/everflow/?${query}&verification_token=${TOKEN}`);
        expect(currencies.body).toMatchObject({ reason: 'missing_field', field: 'currency' });
      });

      it('is checked as any conversion is: offer, window, caps', async () => {
        const { tracker } = current;
        const cid = await click(tracker, 'open');
        await tracker.database.query(
          `UPDATE tallyback_clicks SET offer_id = (SELECT id FROM tallyback_offers WHERE key = 'paused') WHERE id = $1`,
          [cid],
        );
        expect((await send(tracker, `/compat/voluum/postback?cid=${cid}`)).body.reason).toBe('offer_inactive');
      });
    },
    { seed: HOUSE },
  );
});
