import { describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, send } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import type { Tracker } from '../support/start-tracker.js';

const DAY = 86_400_000;
/** One offer is on the developer's own machine. */
const seed = catalogOf([offerOf('boots'), offerOf('local', { destination: 'http://127.0.0.1:4020/?id={clickid}' })]);
const HOST = 'go.shop.example';
const OWN = { host: HOST, origin: `https://${HOST}` };
const PAGE = { host: HOST, origin: 'https://www.shop.example' };

/** Ids have milliseconds, cookies seconds: between two reads of the clock one may have passed. */
const lifeOf = (cookie: string | undefined) => Math.round(Number(/Max-Age=(\d+)/.exec(cookie ?? '')?.[1]) / 3600) / 24;

function sync(tracker: Tracker, method: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const type = { 'content-type': 'text/plain;charset=UTF-8' };
  return send(tracker, '/_c/click', {
    method,
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const touch = (id: string, at = Date.now(), param = 'clickid') =>
  `at=${at}&param=${param}&id=${id}&landing=https%3A%2F%2Fshop.example%2Fland&referrer=`;

describe('the click cookie, kept for the scripts of a page', () => {
  onEveryTracker((current) => {
    it('holds what is posted for the rest of the window, and tells the page what the hop knows', async () => {
      const { tracker } = current;
      const hop = await send(tracker, '/o/boots', { headers: { host: HOST } });
      const cookie = hop.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
      const id = createId(Date.now() - 10 * DAY);
      // The browser says that the click is of today; its id says better.
      const answer = await sync(tracker, 'POST', { ...OWN, cookie }, touch(id));
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'text/plain; charset=utf-8',
      });
      const known = answer.text.split('|').map((row) => Object.fromEntries(new URLSearchParams(row)));
      expect(known.map((row) => row.id)).toEqual([id, cookie.slice('_clk_s='.length)]);
      expect(known[0]).toMatchObject({ param: 'clickid', landing: 'https://shop.example/land' });
      expect(Math.round((Date.now() - Number(known[0]?.at)) / DAY)).toBe(10);
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(/^_clk_s=at=.*; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
      ]);
    });

    it('lives from the click, however often it is posted', async () => {
      const { tracker } = current;
      const id = createId(Date.now() - 10 * DAY);
      const first = await sync(tracker, 'POST', OWN, touch(id));
      const cookie = first.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
      const second = await sync(tracker, 'POST', { ...OWN, cookie }, touch(id));
      expect([first, second].map(({ headers }) => lifeOf(headers['set-cookie']?.[0]))).toEqual([20, 20]);
    });

    it('is deleted on DELETE and under Global Privacy Control, on the host and the domains above', async () => {
      const { tracker } = current;
      const cookie = `_clk_s=${createId()}`;
      const gone = ['', 'Domain=go.shop.example; ', 'Domain=shop.example; '].map(
        (domain) => `_clk_s=; Path=/; Max-Age=0; ${domain}HttpOnly; SameSite=Lax`,
      );
      const deleted = await sync(tracker, 'DELETE', { ...OWN, cookie });
      expect([deleted.status, deleted.headers['set-cookie']]).toEqual([200, gone]);
      const objected = await sync(tracker, 'POST', { ...OWN, cookie, 'sec-gpc': '1' }, touch(createId()));
      expect([objected.status, objected.text, objected.headers['set-cookie']]).toEqual([200, '', gone]);
    });

    it('is shared with a page of an offer’s site, which gets the answer with its credentials', async () => {
      const { tracker } = current;
      const answer = await sync(tracker, 'POST', PAGE, touch(createId()));
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': PAGE.origin,
        'access-control-allow-credentials': 'true',
      });
      expect(answer.headers.vary).toMatch(/origin/i);
      expect(answer.headers['set-cookie']).toEqual([expect.stringContaining('; Domain=shop.example; ')]);
      const preflight = await send(tracker, '/_c/click', {
        method: 'OPTIONS',
        headers: { ...PAGE, 'access-control-request-method': 'DELETE' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers).toMatchObject({
        'access-control-allow-origin': PAGE.origin,
        'access-control-allow-methods': 'POST, DELETE',
      });
    });

    it.each(['https://evil.example', 'null', 'https://shop.example.evil.example'])(
      'takes nothing from a page of %s, and does not let it delete',
      async (origin) => {
        const { tracker } = current;
        const headers = { host: HOST, origin, cookie: `_clk_s=${createId()}`, 'sec-fetch-site': 'cross-site' };
        for (const method of ['POST', 'DELETE']) {
          const answer = await sync(tracker, method, headers, touch(createId()));
          expect([answer.status, answer.text, answer.headers['set-cookie']]).toEqual([403, '', undefined]);
          expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        }
      },
    );

    it('waits for a page that is only loaded ahead to be shown', async () => {
      const answer = await sync(current.tracker, 'POST', { ...OWN, 'sec-purpose': 'prefetch' }, touch(createId()));
      expect([answer.status, answer.headers['set-cookie']]).toEqual([425, undefined]);
    });

    it('holds out against bodies that are none of ours', async () => {
      const { tracker } = current;
      for (const body of ['', '{"clickid":1}', '|||', 'at=1&id=%', 'x'.repeat(5000)]) {
        const answer = await sync(tracker, 'POST', OWN, body);
        expect([answer.status, answer.text, answer.headers['set-cookie']]).toEqual([200, '', undefined]);
      }
      expect((await sync(tracker, 'POST', OWN, 'x'.repeat(20_000))).status).toBe(413);
      const odd = await sync(tracker, 'POST', { ...OWN, host: 'a b' }, touch(createId()));
      expect([odd.status, odd.text]).toEqual([200, expect.stringContaining('id=')]);
    });
  });
});

describe('the click cookie of a module with a cookie, an address and origins of its own', () => {
  onEveryTracker(
    (current) => {
      it('has the configured name, domain and life, and is Secure', async () => {
        const headers = { host: 'internal:4010', origin: 'https://landing.house.example' };
        const answer = await sync(current.tracker, 'POST', headers, touch('abc', Date.now(), 'gclid'));
        const [cookie = ''] = answer.headers['set-cookie'] ?? [];
        expect(cookie).toMatch(
          /^ck=at=\d+&param=gclid&id=abc&.*; Domain=house.example; HttpOnly; SameSite=Lax; Secure$/,
        );
        expect(lifeOf(cookie)).toBe(2);
      });

      it.each([
        ['http://www.shop.example', 403],
        ['https://www.shop.example', 200],
        ['http://go.house.example', 403],
        ['http://old.house.example', 200],
        ['http://localhost:5173', 403],
        ['http://127.0.0.1:5173', 200],
      ])(
        'over https takes what a page of %s sends as far as nobody could have tampered with it: %i',
        async (origin, status) => {
          const { tracker } = current;
          const answer = await sync(tracker, 'POST', { origin }, touch(createId()));
          expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
            status,
            status === 200 ? origin : undefined,
          ]);
          expect(answer.headers['set-cookie'] !== undefined).toBe(status === 200);
        },
      );

      it('does not take * for cookies', async () => {
        const answer = await sync(current.tracker, 'POST', { origin: 'https://evil.example' }, touch(createId()));
        expect(answer.status).toBe(403);
      });
    },
    {
      options: {
        publicUrl: 'https://go.house.example',
        firstPartyCookie: { name: 'ck', domain: 'house.example', maxAgeSeconds: 2 * 86_400 },
        directClickOrigins: ['*', 'https://landing.house.example', 'http://old.house.example'],
        seed,
      },
    },
  );
});
