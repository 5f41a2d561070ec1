import { describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { TOKEN } from '../support/catalog.js';
import { created, postBatch, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

function replay(tracker: Tracker, row: Json | undefined, body: Json = {}): Promise<Answer> {
  return manage(tracker, `/v1/postbacks/in/${row?.id}/replay`, { method: 'POST', body });
}

async function dryRun(tracker: Tracker, test: Json): Promise<Json> {
  return (await manage(tracker, '/v1/postbacks/test', { method: 'POST', body: test })).body;
}

describe('requests of every kind', () => {
  onBothTrackers((current) => {
    it('keep the credential in a network’s path out of the log, and can be replayed by whoever answers for them', async () => {
      const { tracker } = current;
      const subid = await click(tracker, 'by-token');
      const query = new URLSearchParams({ subid, tid: unique(), status: 'sale', payout: '7.00' });
      await send(tracker, `/compat/keitaro/wrong-key-123/postback?${query}`);
      const [row] = await inboundLog(tracker, { clickId: subid });
      expect(row).toMatchObject({ path: '/compat/keitaro/***/postback', redacted: true, reason: 'token_invalid' });
      expect((await replay(tracker, row)).status).toBe(409);
      expect((await replay(tracker, row, { vouch: true })).body).toMatchObject({
        outcome: 'recorded',
        clickId: subid,
        revenue: { amount: '7.00' },
      });
    });

    it('of a network are tried in its own words', async () => {
      const { tracker } = current;
      const subid = await click(tracker, 'by-token');
      const query = new URLSearchParams({ subid, tid: unique(), status: 'sale', payout: '7.00', return: 'OK' });
      const tried = await dryRun(tracker, { url: `/compat/keitaro/${TOKEN}/postback?${query}` });
      expect(tried).toMatchObject({
        outcome: 'recorded',
        sender: 'token',
        conversion: { clickId: subid, revenue: { amount: '7.00' } },
        answer: { status: 201, body: 'OK' },
      });
      const wrong = await dryRun(tracker, { url: `/compat/keitaro/wrong-key-123/postback?${query}` });
      expect(wrong).toMatchObject({ outcome: 'rejected', reason: 'token_invalid' });
    });

    it('of a browser are replayed with the click that a cookie told of', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const headers = { cookie: `_clk_s=${clickId}` };
      await send(tracker, '/pixel.gif?revenue=1,00', { headers });
      const [row] = await inboundLog(tracker, { clickId });
      expect(row).toMatchObject({ outcome: 'rejected', status: 200 });
      const again = await replay(tracker, row);
      expect(again.body).toMatchObject({ reason: row?.reason, detail: row?.detail });
      const tried = await dryRun(tracker, { url: `/pixel.gif?txid=${unique()}`, headers });
      expect(tried).toMatchObject({ outcome: 'recorded', conversion: { clickId }, answer: { status: 200 } });
    });

    it('of a batch are replayed one by one, and the batch’s retry finds them done', async () => {
      const { tracker } = current;
      const key = unique('b').toLowerCase();
      const offer = { key, advertiser: 'acme', destination: 'https://shop.example/', currency: 'EUR' };
      const catalog = tracker.get(CatalogService);
      await catalog.apply({
        offers: [{ ...offer, events: ['lead'] }],
        campaigns: [{ key, partner: 'blog', offers: [{ offer: key }] }],
      });
      const clickId = await click(tracker, key);
      const messages = [created({ clickId, transactionId: unique() }), created({ clickId, transactionId: unique() })];
      const id = unique('batch');
      await postBatch(tracker, messages, { id });
      const [row] = await inboundLog(tracker, { deliveryId: `${id}.1` });
      expect(row).toMatchObject({ reason: 'event_unknown' });
      await catalog.apply({ offers: [{ ...offer, events: ['lead', 'purchase'] }] });
      expect((await replay(tracker, row)).body).toMatchObject({ outcome: 'recorded', clickId });
      const { body } = await postBatch(tracker, messages, { id });
      expect((body.results as Json[]).map(({ outcome }) => outcome)).toEqual(['recorded', 'duplicate']);
    });
  });
});
