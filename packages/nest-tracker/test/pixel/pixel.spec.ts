import { describe, expect, it } from '@jest/globals';
import { signUrl } from '@tallyback/protocol';
import { SECRETS, TOKEN } from '../support/catalog.js';
import { unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

/** A GIF of one by one pixel begins so. */
const GIF = 'GIF89a\u0001\0\u0001\0';
const FORM = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';

async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  return (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as Json[];
}

function pixel(parameters: Record<string, string>, file = 'pixel.gif'): string {
  return `/${file}?${new URLSearchParams(parameters)}`;
}

function outcome({ status, headers }: Answer): unknown[] {
  return [status, headers['tallyback-outcome'], headers['tallyback-reason']];
}

describe('a conversion pixel', () => {
  onEveryTracker((current) => {
    it('is recorded by its click id and answered with an image that nobody stores', async () => {
      const { tracker } = current;
      const [clickid, txid] = [await click(tracker, 'open'), unique()];
      const answer = await send(tracker, pixel({ clickid, txid, revenue: '10.00' }));
      expect(outcome(answer)).toEqual([200, 'recorded', undefined]);
      expect(answer.text.slice(0, GIF.length)).toBe(GIF);
      expect(answer.headers).toMatchObject({
        'content-type': 'image/gif',
        'content-length': '43',
        'cache-control': 'no-store',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'tallyback-outcome, tallyback-reason',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      });
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
      expect(await stored(tracker, clickid)).toMatchObject([{ transactionId: txid, revenue: { amount: '10.00' } }]);
      expect(outcome(await send(tracker, pixel({ clickid, txid, revenue: '10.00' })))).toEqual([
        200,
        'duplicate',
        undefined,
      ]);
    });

    it('finds its click by the cookie of the first-party hop', async () => {
      const { tracker } = current;
      const hop = await send(tracker, '/o/open', { headers: { host: 'go.shop.example' } });
      const [cookie = ''] = hop.headers['set-cookie']?.[0]?.split(';') ?? [];
      const clickId = cookie.replace('_clk_s=', '');
      const headers = { cookie: `theme=dark; ${cookie}` };
      expect(outcome(await send(tracker, pixel({ txid: unique() }), { headers }))).toEqual([
        200,
        'recorded',
        undefined,
      ]);
      expect(await stored(tracker, clickId)).toHaveLength(1);
    });

    it('finds its click by the cookie of sdk-browser', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const headers = { cookie: `_clk=at=1795392000000&id=${clickId}&param=clickid&landing=&referrer=` };
      expect(outcome(await send(tracker, pixel({ txid: unique() }), { headers }))).toEqual([
        200,
        'recorded',
        undefined,
      ]);
      expect(await stored(tracker, clickId)).toHaveLength(1);
    });

    it('takes the newest click, but one of the advertiser that it names, and its own parameter before any cookie', async () => {
      const { tracker } = current;
      const ours = await click(tracker, 'open');
      const newer = await click(tracker, 'open');
      const theirs = await click(tracker, 'boots');
      const headers = { cookie: `_clk_s=${ours}|at=1&id=${newer}; _clk_s=${ours}; _clk=at=1&id=${theirs}` };
      await send(tracker, pixel({ txid: unique(), advertiser: 'open' }), { headers });
      expect(await stored(tracker, newer)).toHaveLength(1);
      await send(tracker, pixel({ txid: unique(), clickid: ours }), { headers });
      expect(await stored(tracker, ours)).toHaveLength(1);
      const foreign = await send(tracker, pixel({ txid: unique() }), { headers });
      expect(outcome(foreign)).toEqual([200, 'rejected', 'signature_missing']);
    });

    it.each([
      ['no click', { txid: '1' }, 'missing_field'],
      ['a click that nobody knows', { clickid: UNKNOWN_CLICK, txid: '1' }, 'click_not_found'],
      ['a macro', { clickid: '{clickid}', txid: '1' }, 'invalid_field'],
      ['no transaction id', { advertiser: 'open' }, 'missing_field'],
    ])('is an image all the same when it is refused for %s', async (_, parameters, reason) => {
      const answer = await send(current.tracker, pixel(parameters as Record<string, string>));
      expect(outcome(answer)).toEqual([200, 'rejected', reason]);
      expect(answer.text.slice(0, GIF.length)).toBe(GIF);
      expect((await inboundLog(current.tracker, { reason }))[0]).toMatchObject({ path: '/pixel.gif', status: 200 });
    });

    it('is refused for an advertiser that only signs, and may be signed', async () => {
      const { tracker } = current;
      const parameters = { clickid: await click(tracker, 'boots'), txid: unique() };
      expect(outcome(await send(tracker, pixel(parameters)))).toEqual([200, 'rejected', 'signature_missing']);
      const url = signUrl({
        method: 'GET',
        url: tracker.url + pixel(parameters),
        id: unique('url'),
        timestamp: Math.floor(Date.now() / 1000),
        keys: SECRETS.acme,
      });
      const path = url.slice(tracker.url.length);
      expect(outcome(await send(tracker, path))).toEqual([200, 'recorded', undefined]);
      expect(outcome(await send(tracker, path.replace('/pixel.gif', '/pixel.js')))).toEqual([
        200,
        'rejected',
        'signature_invalid',
      ]);
    });

    it('may show a token, which the log never holds', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'by-token');
      const path = pixel({ clickid: clickId, txid: unique() });
      expect(outcome(await send(tracker, path))).toEqual([200, 'rejected', 'token_invalid']);
      expect(outcome(await send(tracker, `${path}&token=${TOKEN}`))).toEqual([200, 'recorded', undefined]);
      expect(JSON.stringify(await inboundLog(tracker, { clickId }))).not.toContain(TOKEN);
    });

    it.each([
      ['HEAD', 'HEAD', {}],
      ['a prefetch', 'GET', { 'sec-purpose': 'prefetch' }],
      ['a prerendering', 'GET', { 'sec-purpose': 'prefetch;prerender' }],
    ])('counts nothing by %s, which the log shows', async (_, method, headers: Record<string, string>) => {
      const { tracker } = current;
      const [clickid, txid] = [await click(tracker, 'open'), unique()];
      const answer = await send(tracker, pixel({ clickid, txid }), { method, headers });
      expect(outcome(answer)).toEqual([200, 'rejected', 'malformed_request']);
      expect(await stored(tracker, clickid)).toEqual([]);
      if (method === 'GET') {
        expect(await inboundLog(tracker, { transactionId: txid })).toMatchObject([{ clickId: clickid, method: 'GET' }]);
        expect(outcome(await send(tracker, pixel({ clickid, txid })))).toEqual([200, 'recorded', undefined]);
      }
    });

    it('as a script is an empty one, which a page may load where it may load no image', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const answer = await send(tracker, pixel({ clickid, txid: unique() }, 'pixel.js'));
      expect([...outcome(answer), answer.text]).toEqual([200, 'recorded', undefined, '']);
      expect(answer.headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'no-store',
      });
      expect(await stored(tracker, clickid)).toHaveLength(1);
    });

    it('as a beacon is answered by nothing', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const body = new URLSearchParams({ clickid, txid: unique(), revenue: '3.00' }).toString();
      const headers = { ...FORM, origin: 'https://shop.example' };
      const answer = await send(tracker, '/pixel', { method: 'POST', body, headers });
      expect([...outcome(answer), answer.text]).toEqual([204, 'recorded', undefined, '']);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      expect(await stored(tracker, clickid)).toMatchObject([{ revenue: { amount: '3.00' } }]);
    });

    it('as a beacon says in the header when the body is too large or no form', async () => {
      const { tracker } = current;
      const body = `clickid=${await click(tracker, 'open')}&x=${'v'.repeat(40_000)}`;
      const large = await send(tracker, '/pixel', { method: 'POST', body, headers: FORM });
      expect(outcome(large)).toEqual([204, 'rejected', 'body_too_large']);
      const text = { 'content-type': 'text/plain;charset=UTF-8' };
      const unread = await send(tracker, '/pixel', { method: 'POST', body: 'txid=1', headers: text });
      expect([unread.status, unread.headers['tallyback-outcome']]).toEqual([204, 'rejected']);
    });
  });
});
