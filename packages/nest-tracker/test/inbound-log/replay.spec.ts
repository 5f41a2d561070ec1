import { describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { SECRETS, TOKEN } from '../support/catalog.js';
import { change, postback, report, signedPostback, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

async function newestRow(tracker: Tracker, filters: Record<string, string>): Promise<Json> {
  const [row] = await inboundLog(tracker, filters);
  if (!row) throw new Error('There is no such row in the log.');
  return row;
}

function replay(tracker: Tracker, row: Json, body: Json = {}): Promise<Answer> {
  return manage(tracker, `/v1/postbacks/in/${row.id}/replay`, { method: 'POST', body });
}

/** Changes the catalog of the running tracker. */
function mend(tracker: Tracker, seed: object): Promise<void> {
  return tracker.get(CatalogService).apply(seed);
}

function offer(key: string, more: object = {}): object {
  return { key, advertiser: 'acme', destination: 'https://shop.example/?clickid={clickid}', currency: 'EUR', ...more };
}

function campaign(key: string): object {
  return { key, partner: 'blog', offers: [{ offer: key }] };
}

describe('a replay', () => {
  onEveryTracker((current) => {
    it('records a proven message once the cause of its refusal is mended, and its retries are duplicates', async () => {
      const { tracker } = current;
      const key = unique('r').toLowerCase();
      await mend(tracker, { offers: [offer(key, { events: ['lead'] })], campaigns: [campaign(key)] });
      const clickId = await click(tracker, key);
      const data = { clickId, transactionId: unique(), revenue: '10.00', currency: 'EUR' };
      const id = unique('msg');
      expect((await report(tracker, data, { id })).body).toMatchObject({ reason: 'event_unknown' });
      const row = await newestRow(tracker, { clickId });
      expect((await replay(tracker, row)).body).toMatchObject({ reason: 'event_unknown', replayOf: row.id });

      await mend(tracker, { offers: [offer(key)] });
      const answer = await replay(tracker, row);
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ outcome: 'recorded', clickId, replayOf: row.id });
      expect((answer.body.steps as Json[]).map(({ name }) => name)).toContain('proveSender');
      expect(await newestRow(tracker, { clickId, outcome: 'recorded' })).toMatchObject({
        id: answer.body.id,
        replayOf: row.id,
        sender: 'signature',
        receivedAt: row.receivedAt,
        body: row.body,
        conversionId: answer.body.conversionId,
      });
      expect((await replay(tracker, row)).body).toMatchObject({ outcome: 'duplicate' });
      expect((await replay(tracker, { id: answer.body.id })).body).toMatchObject({
        outcome: 'duplicate',
        replayOf: row.id,
        conversionId: answer.body.conversionId,
      });
      expect((await report(tracker, data, { id })).body).toMatchObject({ outcome: 'duplicate' });
      const audit = await manage(tracker, `/v1/audit?kind=postback_in&key=${row.id}`);
      const outcomes = (audit.body.items as { changes: Json }[]).map(({ changes }) => changes.outcome);
      expect(outcomes).toEqual(['duplicate', 'recorded', 'event_unknown'].map((to) => ({ from: null, to })));
    });

    it('tries a signature that proved nothing with the secrets of now', async () => {
      const { tracker } = current;
      const key = unique('a').toLowerCase();
      await mend(tracker, {
        advertisers: [{ key, secrets: [SECRETS.rival] }],
        offers: [offer(key, { advertiser: key })],
        campaigns: [campaign(key)],
      });
      const clickId = await click(tracker, key);
      const signed = { advertiser: key, secret: SECRETS.acmeNext };
      await report(tracker, { clickId, transactionId: unique() }, signed);
      const message = await newestRow(tracker, { clickId });
      await send(tracker, signedPostback(tracker, { clickid: clickId, txid: unique() }, { secret: SECRETS.acmeNext }));
      const url = await newestRow(tracker, { clickId });
      for (const row of [message, url]) {
        expect(row).toMatchObject({ reason: 'signature_invalid', sender: null });
        expect((await replay(tracker, row)).body).toMatchObject({ reason: 'signature_invalid' });
      }
      await mend(tracker, { advertisers: [{ key, secrets: [SECRETS.rival, SECRETS.acmeNext] }] });
      expect((await replay(tracker, message)).body).toMatchObject({ outcome: 'recorded', clickId });
      expect((await replay(tracker, url)).body).toMatchObject({ outcome: 'recorded', clickId });
      const senders = (await inboundLog(tracker, { clickId, outcome: 'recorded' })).map(({ sender }) => sender);
      expect(senders).toEqual(['url_signature', 'signature']);
    });

    it('measures the tolerance of a signature against the time of arrival', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      await report(tracker, { clickId, transactionId: unique() }, { at: new Date(Date.now() - 3_600_000) });
      const row = await newestRow(tracker, { clickId });
      expect((await replay(tracker, row)).body).toMatchObject({ reason: 'timestamp_out_of_tolerance' });
      expect((await replay(tracker, row, { vouch: true })).body).toMatchObject({ outcome: 'recorded' });
    });

    it('of a request whose token the log has blanked out needs somebody who answers for it', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'by-token');
      await send(tracker, postback({ clickid, txid: unique(), token: 'wrong', revenue: '5.00' }));
      const row = await newestRow(tracker, { clickId: clickid });
      expect(row).toMatchObject({ reason: 'token_invalid', redacted: true });
      const refused = await replay(tracker, row);
      expect(refused.status).toBe(409);
      expect(refused.text).toContain('vouch');
      expect((await inboundLog(tracker, { clickId: clickid })).length).toBe(1);
      const answer = await replay(tracker, row, { vouch: true });
      expect(answer.body).toMatchObject({ outcome: 'recorded', revenue: { amount: '5.00', currency: 'EUR' } });
      expect(await newestRow(tracker, { clickId: clickid })).toMatchObject({ sender: 'operator', replayOf: row.id });
      expect((await replay(tracker, row, { vouch: true })).body).toMatchObject({ outcome: 'duplicate' });
      const again = await newestRow(tracker, { clickId: clickid });
      expect(again).toMatchObject({ outcome: 'duplicate', sender: 'operator', replayOf: row.id });
    });

    it('of a request that was proven by token, or by address, needs no proof again', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'by-token');
      await send(tracker, postback({ clickid, token: TOKEN, event: 'UPPER CASE', txid: 'x'.repeat(200) }));
      const row = await newestRow(tracker, { clickId: clickid });
      expect(row).toMatchObject({ sender: 'token', step: 'readMessage' });
      expect((await replay(tracker, row)).body).toMatchObject({ reason: row.reason });
    });

    it('of a request from an address that was not allowed says that the log has not the whole address', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'by-ip');
      await send(tracker, postback({ clickid, txid: unique() }));
      const row = await newestRow(tracker, { clickId: clickid });
      expect(row).toMatchObject({ reason: 'ip_not_allowed' });
      expect((await replay(tracker, row)).status).toBe(409);
      expect((await replay(tracker, row, { vouch: true })).body).toMatchObject({ outcome: 'recorded' });
    });

    it('has its effect once, however often and at once it is run', async () => {
      const { tracker } = current;
      const key = unique('i').toLowerCase();
      await mend(tracker, {
        advertisers: [{ key, accept: ['none'] }],
        offers: [offer(key, { advertiser: key, duplicates: { purchase: 'increment' }, status: 'paused' })],
        campaigns: [campaign(key)],
      });
      await mend(tracker, { offers: [offer(key, { advertiser: key, duplicates: { purchase: 'increment' } })] });
      const clickid = await click(tracker, key);
      const txid = unique();
      expect((await send(tracker, postback({ clickid, txid, revenue: '1.00' }))).status).toBe(201);
      const accepted = await newestRow(tracker, { clickId: clickid });
      await mend(tracker, {
        offers: [offer(key, { advertiser: key, currency: 'USD', duplicates: { purchase: 'increment' } })],
      });
      expect((await send(tracker, postback({ clickid, txid, revenue: '2.00', currency: 'USD' }))).status).toBe(422);
      const refused = await newestRow(tracker, { clickId: clickid });
      expect(refused).toMatchObject({ reason: 'currency_unsupported' });
      for (const answer of [await replay(tracker, accepted), await replay(tracker, accepted)]) {
        expect(answer.body).toMatchObject({ outcome: 'duplicate', revenue: { amount: '1.00', currency: 'EUR' } });
      }
      expect((await replay(tracker, refused)).body).toMatchObject({ reason: 'currency_unsupported' });

      const paused = await click(tracker, 'boots');
      await send(tracker, postback({ clickid: paused, txid: 'z', advertiser: 'nobody' }));
      const open = await newestRow(tracker, { clickId: paused });
      const answers = await Promise.all(Array.from({ length: 8 }, () => replay(tracker, open, { vouch: true })));
      expect(answers.map(({ body }) => body.reason)).toEqual(Array(8).fill('unknown_advertiser'));
    });

    it('counts an increment once, of eight replays at once', async () => {
      const { tracker } = current;
      const key = unique('n').toLowerCase();
      const increment = (more: object) => ({
        offers: [offer(key, { advertiser: key, duplicates: { purchase: 'increment' }, ...more })],
      });
      await mend(tracker, { advertisers: [{ key, accept: ['token'], token: `${key}-token` }], ...increment({}) });
      await mend(tracker, { campaigns: [campaign(key)] });
      const clickid = await click(tracker, key);
      const txid = unique();
      await send(tracker, postback({ clickid, txid, revenue: '1.00', token: `${key}-token` }));
      await send(tracker, postback({ clickid, txid, revenue: '2.00', token: 'forgotten' }));
      const row = await newestRow(tracker, { clickId: clickid });
      expect(row).toMatchObject({ reason: 'token_invalid' });
      const answers = await Promise.all(Array.from({ length: 8 }, () => replay(tracker, row, { vouch: true })));
      expect(answers.map(({ body }) => body.outcome).sort()).toEqual([...Array(7).fill('duplicate'), 'updated']);
      await tracker.database.query("DELETE FROM tallyback_seen_deliveries WHERE delivery_id LIKE 'log.%'");
      expect((await replay(tracker, row, { vouch: true })).body).toMatchObject({
        outcome: 'duplicate',
        revenue: { amount: '3.00', currency: 'EUR' },
      });
    });

    it('judges window and time by when the request arrived', async () => {
      const { tracker } = current;
      const key = unique('w').toLowerCase();
      await mend(tracker, { offers: [offer(key, { events: ['lead'] })], campaigns: [campaign(key)] });
      const clickId = await click(tracker, key);
      await report(tracker, { clickId, transactionId: unique() });
      const row = await newestRow(tracker, { clickId });
      await mend(tracker, { offers: [offer(key)] });
      const { body } = await replay(tracker, row);
      const [stored] = await tracker.database.query('SELECT occurred_at FROM tallyback_conversions WHERE id = $1', [
        body.conversionId,
      ]);
      expect(Math.abs(Number(stored?.occurred_at) - Date.parse(String(row.receivedAt)))).toBeLessThan(1_000);
    });

    it('is refused for what the log has not whole, for click links and for what is not there', async () => {
      const { tracker } = current;
      const id = unique('msg');
      const big = 'x'.repeat(2_000_000);
      await report(tracker, { clickId: big, transactionId: '1' }, { id });
      const large = await newestRow(tracker, { deliveryId: id });
      const part = await replay(tracker, large, { vouch: true });
      expect([part.status, part.text]).toEqual([409, expect.stringContaining('only a part')]);
      const gone = unique('gone').toLowerCase();
      await send(tracker, `/c/${gone}`);
      const link = await replay(tracker, await newestRow(tracker, { campaign: gone }));
      expect([link.status, link.text]).toEqual([409, expect.stringContaining('not a postback')]);
      expect((await replay(tracker, { id: '01arz3ndektsv4rrffq69g5fav' })).status).toBe(404);
      expect((await replay(tracker, { id: large.id }, { vouch: 'yes' })).status).toBe(400);
      expect((await replay(tracker, { id: large.id }, { force: true })).status).toBe(400);
      expect((await send(tracker, `/v1/postbacks/in/${large.id}/replay`, { method: 'POST' })).status).toBe(401);
    });

    it('of all that were refused for one cause runs them oldest first, page by page, and says what became of them', async () => {
      const { tracker } = current;
      const key = unique('m').toLowerCase();
      await mend(tracker, {
        advertisers: [{ key, secrets: [SECRETS.rival], accept: ['signature', 'token'], token: `${key}-token` }],
        offers: [offer(key, { advertiser: key, events: ['lead'] })],
        campaigns: [campaign(key)],
      });
      const clickId = await click(tracker, key);
      const transactionId = unique();
      const signed = { advertiser: key, secret: SECRETS.rival };
      const sent = { clickId, transactionId, revenue: '1.00', currency: 'EUR' };
      await report(tracker, sent, signed);
      await change(tracker, { ...sent, revenue: '2.00' }, signed);
      await report(tracker, { clickId, transactionId: unique(), event: 'other' }, signed);
      await send(tracker, postback({ clickid: clickId, txid: unique(), token: 'wrong' }));
      await mend(tracker, { offers: [offer(key, { advertiser: key, events: ['lead', 'purchase'] })] });
      const all = (more = '') =>
        manage(tracker, `/v1/postbacks/in/replay?advertiser=${key}${more}`, { method: 'POST', body: {} });

      // A misspelt filter would run more again than was meant.
      const misspelt = await all('&reson=event_unknown');
      expect([misspelt.status, misspelt.body.detail]).toEqual([400, expect.stringContaining('"reson"')]);
      const first = await all('&limit=3');
      expect(first.status).toBe(200);
      expect(first.body).toMatchObject({
        replayed: 3,
        outcomes: { recorded: 1, updated: 1, rejected: 1 },
        reasons: { event_unknown: 1 },
        notReplayable: 0,
      });
      const second = await all(`&limit=3&cursor=${first.body.next}`);
      expect(second.body).toEqual({ replayed: 0, outcomes: {}, reasons: {}, notReplayable: 1, next: null });
      expect((await all('&reason=status_transition_invalid')).body).toMatchObject({ outcomes: { duplicate: 1 } });
      const [standing] = (await manage(tracker, `/v1/conversions?transactionId=${transactionId}`)).body.items as Json[];
      expect(standing).toMatchObject({ revenue: { amount: '2.00', currency: 'EUR' } });
      expect((await manage(tracker, '/v1/postbacks/in/replay?limit=5', { method: 'POST', body: {} })).status).toBe(400);
    });
  });
});
