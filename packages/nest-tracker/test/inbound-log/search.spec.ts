import { describe, expect, it } from '@jest/globals';
import { post, postback, report, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { click, inboundLog, type Json, manage, send } from '../support/requests.js';

describe('the inbound log', () => {
  onBothTrackers((current) => {
    it('shows one request with everything that is known of it, but not its signature', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const transactionId = unique();
      const id = unique('msg');
      const answer = await report(tracker, { clickId, transactionId }, { id });
      const [listed] = await inboundLog(tracker, { conversionId: String(answer.body.conversionId) });
      const { status, body, text } = await manage(tracker, `/v1/postbacks/in/${listed?.id}`);
      expect(status).toBe(200);
      expect(body).toEqual(listed);
      expect(body).toMatchObject({
        method: 'POST',
        path: '/v1/conversions',
        contentType: 'application/json',
        userAgent: expect.stringContaining('Chrome'),
        advertiser: 'acme',
        clickId,
        transactionId,
        deliveryId: id,
        sender: 'signature',
        outcome: 'recorded',
        status: 201,
        whole: true,
        redacted: false,
        replayOf: null,
      });
      expect((body.steps as string[]).slice(0, 4)).toEqual([
        'readBody',
        'findAdvertiser',
        'proveSender',
        'readMessage',
      ]);
      expect((body.steps as string[]).at(-1)).toBe(body.step);
      expect(text).not.toContain('v1,');
      expect(body).not.toHaveProperty('signature');
    });

    it('has no row for an id that was never given out', async () => {
      for (const id of ['01arz3ndektsv4rrffq69g5fav', 'nonsense', '%00', "'"]) {
        expect((await manage(current.tracker, `/v1/postbacks/in/${id}`)).status).toBe(404);
      }
    });

    it('is searched by sender, step, status, conversion and time', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const before = new Date(Date.now() - 60_000).toISOString();
      const first = await send(tracker, postback({ clickid, txid: unique() }));
      await send(tracker, postback({ clickid }));
      const counts = async (filters: Record<string, string>) =>
        (await inboundLog(tracker, { clickId: clickid, ...filters })).length;
      expect(await counts({ sender: 'none' })).toBe(2);
      expect(await counts({ sender: 'token' })).toBe(0);
      expect(await counts({ step: 'readMessage' })).toBe(1);
      expect(await counts({ status: '201' })).toBe(1);
      expect(await counts({ status: '400', reason: 'missing_field' })).toBe(1);
      expect(await counts({ conversionId: String(first.body.conversionId) })).toBe(1);
      expect(await counts({ from: before })).toBe(2);
      expect(await counts({ to: before })).toBe(0);
      expect(await counts({ from: before, to: new Date(Date.now() + 60_000).toISOString() })).toBe(2);
    });

    it('is searched by a text in path or query, taken as it stands', async () => {
      const { tracker } = current;
      const mark = unique('m').toLowerCase();
      await send(tracker, `/postback?x=${mark}_a%25b`);
      await send(tracker, `/c/${mark}`);
      await send(tracker, `/postback?x=other`);
      const found = async (q: string, more = {}) => (await inboundLog(tracker, { q, ...more })).length;
      expect(await found(mark)).toBe(2);
      expect(await found(mark.toUpperCase())).toBe(2);
      expect(await found(`${mark}_a%25b`)).toBe(1);
      expect(await found(`${mark.slice(0, -1)}_`)).toBe(0);
      expect(await found(`%${mark}`)).toBe(0);
      expect(await found(mark, { campaign: mark })).toBe(1);
    });

    it.each([
      ['q=ab', 'q'],
      [`q=${'x'.repeat(201)}`, 'q'],
      ['q=abc&from=2020-01-01T00:00:00Z', 'q'],
      ['from=yesterday', 'from'],
      ['from=2026-02-30T00:00:00Z', 'from'],
      ['to=2026-02-28T24:00:00Z', 'to'],
      ['to=2026-11-22', 'to'],
      ['from=1900-01-01T00:00:00Z', 'from'],
      ['status=ok', 'status'],
      ['status=99999999999', 'status'],
    ])('refuses a search that has no sense (%s)', async (query, field) => {
      const answer = await manage(current.tracker, `/v1/postbacks/in?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(`\\"${field}\\"`);
    });

    it('keeps what it can of a body, and says whether that is all', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'by-token');
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const rows = async (): Promise<Json[]> => (await inboundLog(tracker, { clickId: clickid })).reverse();
      const path = `/postback?clickid=${clickid}`;
      await send(tracker, path, { method: 'POST', body: 'txid=1&token=x', headers: form });
      await send(tracker, path, { method: 'POST', body: Buffer.from('txid=%00\0\xff', 'latin1'), headers: form });
      await send(tracker, path, { method: 'POST', body: `txid=1&a=${'y'.repeat(40_000)}`, headers: form });
      expect((await rows()).map((row) => [row.whole, row.redacted, String(row.body).slice(0, 16)])).toEqual([
        [true, true, 'txid=1&token=***'],
        [false, false, expect.stringMatching(/^txid=%00/)],
        [false, false, 'txid=1&a=yyyyyyy'],
      ]);
    });

    it('knows by its headers a message that was too large or not JSON', async () => {
      const { tracker } = current;
      for (const [body, reason] of [
        ['x'.repeat(2_000_000), 'body_too_large'],
        ['{"data":', 'malformed_request'],
      ] as const) {
        const id = unique('msg');
        const answer = await post(tracker, body, { id });
        expect(answer.body).toMatchObject({ reason });
        expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([{ advertiser: 'acme', reason }]);
      }
    });
  });
});
