import { describe, expect, it } from '@jest/globals';
import { postback, report, unique } from './support/messages.js';
import { onEveryTracker } from './support/on-every-tracker.js';
import { click, inboundLog, type Json, manage, send } from './support/requests.js';
import type { Tracker } from './support/start-tracker.js';

const MANAGEMENT = ['/v1/postbacks/in', '/v1/conversions', '/v1/reports', '/v1/clicks/01arz3ndektsv4rrffq69g5fav'];

async function page(tracker: Tracker, query: string): Promise<{ items: Json[]; next: string | null }> {
  return (await manage(tracker, query)).body as unknown as { items: Json[]; next: string | null };
}

describe('the inbound log', () => {
  onEveryTracker((current) => {
    it('holds every answer with its outcome, reason and step', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'reject');
      const transactionId = unique();
      const data = { clickId, transactionId, revenue: '1.00', currency: 'EUR' };
      const answers = [
        await report(tracker, data),
        await report(tracker, data),
        await report(tracker, { ...data, revenue: '1.001' }),
        await report(tracker, { ...data, nonsense: 1 }),
        await report(tracker, data, { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
        await report(tracker, data, { at: new Date(0) }),
        await report(tracker, data, { advertiser: 'rival' }),
        await send(tracker, postback({ clickid: clickId, txid: transactionId })),
      ];
      const log = await inboundLog(tracker, { clickId });
      expect(log.reverse().map(({ outcome, reason, status, step }) => [outcome, reason, status, step])).toEqual([
        ['recorded', null, 201, 'store'],
        ['rejected', 'duplicate_refused', 409, 'findExisting'],
        ['rejected', 'invalid_field', 400, 'readMessage'],
        ['rejected', 'unknown_field', 400, 'readMessage'],
        ['rejected', 'signature_invalid', 401, 'proveSender'],
        ['rejected', 'timestamp_out_of_tolerance', 401, 'proveSender'],
        ['rejected', 'signature_invalid', 401, 'proveSender'],
        ['rejected', 'signature_missing', 401, 'proveSender'],
      ]);
      expect(log.map(({ status }) => status)).toEqual(answers.map(({ status }) => status));
      expect(log.map(({ detail }) => detail ?? undefined)).toEqual(answers.map(({ body }) => body.detail));
      expect(log.every((row) => row.transactionId === transactionId && row.ip === '127.0.0.0')).toBe(true);
      expect(JSON.parse(String(log[0]?.body))).toMatchObject({ type: 'conversion.created', data });
    });

    it('can be searched by every filter, alone and together', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const transactionId = unique();
      const id = unique('msg');
      await report(tracker, { clickId, transactionId }, { id });
      await report(tracker, { clickId, transactionId }, { id });
      await send(tracker, `/c/gone-${transactionId.toLowerCase()}`);
      const counts = async (filters: Record<string, string>) => (await inboundLog(tracker, filters)).length;
      expect(await counts({ clickId })).toBe(2);
      expect(await counts({ transactionId })).toBe(2);
      expect(await counts({ deliveryId: id })).toBe(2);
      expect(await counts({ clickId, outcome: 'recorded' })).toBe(1);
      expect(await counts({ clickId, outcome: 'duplicate', advertiser: 'acme' })).toBe(1);
      expect(await counts({ clickId, advertiser: 'rival' })).toBe(0);
      expect(await counts({ clickId, reason: 'click_not_found' })).toBe(0);
      expect(await counts({ campaign: `gone-${transactionId.toLowerCase()}` })).toBe(1);
      expect(await counts({ clickId: "' OR 1=1 --" })).toBe(0);
    });

    it('survives names that are too long or hold what no database can store', async () => {
      const { tracker } = current;
      const long = 'x'.repeat(1_000);
      const headers = { 'tallyback-advertiser': long, 'webhook-id': long, 'content-type': 'application/json' };
      const body = JSON.stringify({ data: { clickId: `${long}\0`, transactionId: `a\0${long}` } });
      expect((await send(tracker, '/v1/conversions', { method: 'POST', headers, body })).status).toBe(401);
      const [row] = await inboundLog(tracker, { reason: 'unknown_advertiser' });
      expect(row).toMatchObject({ advertiser: 'x'.repeat(64), deliveryId: 'x'.repeat(72) });
      expect(String(row?.transactionId)).toMatch(/^ax{127}$/);
      const query = `${postback({ clickid: long, txid: long })}&%00=%00&e=%ff&long=${'y'.repeat(9_000)}`;
      expect((await send(tracker, query)).status).toBe(400);
    });

    it('is paged newest first, without gaps or repetitions', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      for (let i = 0; i < 7; i++) await send(tracker, postback({ clickid, txid: `${clickid}-${i}` }));
      const seen: Json[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `/v1/postbacks/in?clickId=${clickid}&limit=3${cursor && `&cursor=${cursor}`}`;
        const { items, next } = await page(tracker, query);
        expect(items.length).toBeLessThanOrEqual(3);
        seen.push(...items);
        cursor = next;
      }
      expect(seen.map(({ transactionId }) => transactionId)).toEqual(
        Array.from({ length: 7 }, (_, i) => `${clickid}-${6 - i}`),
      );
      const exact = await page(tracker, `/v1/postbacks/in?clickId=${clickid}&limit=7`);
      expect([exact.items.length, exact.next]).toEqual([7, null]);
    });

    it.each(['/v1/postbacks/in', '/v1/conversions'])(
      'and other lists take a limit from 1 to 1000 (%s)',
      async (path) => {
        const { tracker } = current;
        for (const limit of ['0', '1001', '-1', '1.5', 'many', '']) {
          const answer = await manage(tracker, `${path}?limit=${limit}`);
          expect([limit, answer.status]).toEqual([limit, 400]);
          expect(answer.text).toContain('limit');
        }
        expect((await manage(tracker, `${path}?limit=1000`)).status).toBe(200);
        const wrong = await manage(tracker, `${path}?cursor=nonsense`);
        expect(wrong.status).toBe(400);
        expect(wrong.text).toContain('cursor');
      },
    );

    it('is found by conversions as well: by advertiser, campaign, offer, partner, event, status, click and order', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const transactionId = unique();
      await report(tracker, { clickId, transactionId, event: 'lead', status: 'pending' });
      const filters = {
        advertiser: 'acme',
        campaign: 'boots',
        offer: 'boots',
        partner: 'blog',
        event: 'lead',
        status: 'pending',
      };
      const found = await page(
        tracker,
        `/v1/conversions?${new URLSearchParams({ ...filters, clickId, transactionId })}`,
      );
      expect(found.items).toMatchObject([{ transactionId, campaign: 'boots', ledger: [{ newStatus: 'pending' }] }]);
      for (const name of Object.keys(filters)) {
        const other = await page(tracker, `/v1/conversions?transactionId=${transactionId}&${name}=other`);
        expect([name, other.items]).toEqual([name, []]);
      }
    });
  });
});

describe('management routes', () => {
  onEveryTracker((current) => {
    it.each(MANAGEMENT)('are shut without the admin token (%s)', async (path) => {
      const { tracker } = current;
      const attempts = [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: 'Bearer test-admin-token2' },
        { authorization: 'Bearer test-admin-toke' },
        { authorization: 'Basic dGVzdC1hZG1pbi10b2tlbg==' },
        { authorization: 'test-admin-token' },
        { authorization: '' },
      ];
      for (const headers of attempts as Record<string, string>[]) {
        const answer = await send(tracker, path, { headers });
        expect(answer.status).toBe(401);
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="tallyback"');
        expect(answer.text).not.toContain('test-admin-token');
      }
      expect((await send(tracker, `${path}?token=test-admin-token`)).status).toBe(401);
      expect((await manage(tracker, path)).status).not.toBe(401);
    });

    it('leave what visitors and senders use open', async () => {
      const { tracker } = current;
      expect((await send(tracker, '/health')).body).toMatchObject({ status: 'ok', database: { status: 'up' } });
      expect((await send(tracker, '/c/boots')).status).toBe(302);
      expect((await send(tracker, '/postback')).status).toBe(400);
    });
  });
});
