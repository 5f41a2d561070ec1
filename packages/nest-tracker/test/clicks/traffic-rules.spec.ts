import { describe, expect, it } from '@jest/globals';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { type Answer, manage, send } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import type { Tracker } from '../support/start-tracker.js';

const CLICK_ID = '[0-7][0-9a-hjkmnp-tv-z]{25}';
const pages = { deepLinks: { hosts: ['shop.example', '*.shop.example', 'shop.example:8443'] } };

const seed = catalogOf(
  [
    offerOf('one'),
    offerOf('two'),
    offerOf('quoted', { destination: `https://shop.example/'"<b>&amp;?clickid={clickid}&k={query.k}` }),
    offerOf('pages', { ...pages, destination: 'https://shop.example/land?id={clickid}&s={sub1}' }),
    offerOf('bare-pages', { ...pages, destination: 'https://shop.example/land' }),
    offerOf('path-pages', { ...pages, destination: 'https://shop.example/in/{clickid}?s={sub1}' }),
    offerOf('hash-pages', { ...pages, destination: 'https://shop.example/#/land?id={clickid}' }),
    offerOf('over', { expiresAt: '2020-01-01T00:00:00Z' }),
    offerOf('coming', { expiresAt: '2999-01-01T00:00:00+01:00' }),
    offerOf('capped', { caps: { conversionsTotal: 1 } }),
  ],
  [
    { key: 'meta', partner: 'blog', offers: [{ offer: 'quoted' }], redirect: 'meta' },
    { key: 'double', partner: 'blog', offers: [{ offer: 'one' }], redirect: 'double-meta' },
    { key: 'over-or-one', partner: 'blog', offers: [{ offer: 'over', weight: 1_000_000 }, { offer: 'one' }] },
    { key: 'over-then', partner: 'blog', offers: [{ offer: 'over' }], fallbackUrl: 'https://shop.example/later' },
    { key: 'capped-or-one', partner: 'blog', offers: [{ offer: 'capped', weight: 1_000_000 }, { offer: 'one' }] },
    { key: 'spending', partner: 'spender', offers: [{ offer: 'one' }] },
    { key: 'sticky', partner: 'blog', offers: [{ offer: 'one' }, { offer: 'two', weight: 3 }], sticky: true },
  ],
);

seed.partners = [{ key: 'blog' }, { key: 'spender', caps: { currency: 'EUR', payoutTotal: '10.00' } }];

const refreshOf = ({ text }: Answer) => /http-equiv="refresh" content="0;url=([^"]*)"/.exec(text)?.[1];
const pathOf = ({ headers }: Answer) => new URL(headers.location ?? 'missing:').pathname;
const clicksOf = async (tracker: Tracker) => (await tracker.database.query('SELECT 1 FROM tallyback_clicks')).length;

describe('traffic', () => {
  onBothTrackers(
    (current) => {
      it('is sent on by a page that refreshes, in which nothing of the URL becomes markup', async () => {
        const answer = await send(current.tracker, `/c/meta?k=${encodeURIComponent(`"><script>alert('1')</script>`)}`);
        expect(answer.status).toBe(200);
        expect(answer.headers).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'x-robots-tag': 'noindex',
          'referrer-policy': 'no-referrer',
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        });
        expect(refreshOf(answer)).toMatch(new RegExp(`^https://shop.example/&#39;.*clickid=${CLICK_ID}`));
        expect(answer.text).not.toMatch(/<script|<b>/);
      });

      it.each(['c', 'o'])('is sent on by two pages over /%s/, the second of which records nothing', async (hop) => {
        const { tracker } = current;
        const first = await send(tracker, `/${hop}/double?sub1=a`);
        expect(first.status).toBe(200);
        expect(refreshOf(first)).toMatch(new RegExp(`^double/${CLICK_ID}$`));
        const stored = await clicksOf(tracker);
        const second = await send(tracker, new URL(refreshOf(first) ?? '', `${tracker.url}/${hop}/double`).pathname);
        expect(second.status).toBe(200);
        expect(second.headers['referrer-policy']).toBe('no-referrer');
        const id = refreshOf(first)?.split('/')[1];
        expect(refreshOf(second)).toBe(`https://shop.example/one${hop === 'c' ? `?clickid=${id}` : ''}`);
        expect(first.headers['set-cookie']?.[0]).toEqual(hop === 'o' ? expect.stringContaining(`=${id};`) : undefined);
        expect(await clicksOf(tracker)).toBe(stored);
      });

      it.each(['/c/double/01arz3ndektsv4rrffq69g5fav', '/c/double/nonsense', '/c/nowhere/01arz3ndektsv4rrffq69g5fav'])(
        'has no second page at %s, where no click is',
        async (path) => {
          expect((await send(current.tracker, path)).status).toBe(404);
        },
      );

      it('passes by an offer that has expired, and goes to the fallback when there is no other', async () => {
        const { tracker } = current;
        expect(pathOf(await send(tracker, '/c/over-or-one'))).toBe('/one');
        expect((await send(tracker, '/c/over-then')).headers.location).toBe('https://shop.example/later');
        expect((await send(tracker, '/c/over')).status).toBe(404);
        expect(pathOf(await send(tracker, '/c/coming'))).toBe('/coming');
      });

      it.each([
        [
          'to',
          'https://shop.example/boots?color=red#size',
          /^https:\/\/shop\.example\/boots\?color=red&id=(.{26})&s=x#size$/,
        ],
        ['url', 'https://www.shop.example/boots', /^https:\/\/www\.shop\.example\/boots\?id=(.{26})&s=x$/],
        ['to', 'https://shop.example:8443/?id=forged', /^https:\/\/shop\.example:8443\/\?id=(?!forged)(.{26})&s=x$/],
      ])('goes to the page that %s=%s names, with the parameters of the destination', async (name, page, expected) => {
        const { headers } = await send(current.tracker, `/c/pages?sub1=x&${name}=${encodeURIComponent(page)}`);
        expect(headers.location).toMatch(expected);
      });

      it('goes to a long page of an offer whose destination has no macro, with the click id', async () => {
        const page = `https://shop.example/${'p'.repeat(1000)}`;
        const { headers } = await send(current.tracker, `/c/bare-pages?to=${encodeURIComponent(page)}`);
        expect(headers.location).toMatch(new RegExp(`^${page}\\?clickid=${CLICK_ID}$`));
        const clean = await send(current.tracker, `/o/bare-pages?to=${encodeURIComponent(page)}`);
        expect(clean.headers.location).toBe(page);
      });

      it.each([
        ['path-pages', /^https:\/\/shop\.example\/boots\?clickid=(?!forged)(.{26})&s=x$/],
        ['hash-pages', /^https:\/\/shop\.example\/boots\?clickid=(?!forged)(.{26})$/],
      ])(
        'goes to a page with the click id, too, where %s has it outside of the parameters',
        async (campaign, expected) => {
          const query = `sub1=x&to=${encodeURIComponent('https://shop.example/boots?clickid=forged')}`;
          expect((await send(current.tracker, `/c/${campaign}?${query}`)).headers.location).toMatch(expected);
        },
      );

      it.each([
        'https://evil.example/',
        'https://evilshop.example/',
        'https://shop.example.evil.example/',
        'https://shop.example:9443/',
        'https://user@shop.example/',
        'https://shop.example@evil.example/',
        'https:/\\evil.example/',
        'https:\\\\shop.example/',
        '//shop.example/',
        'http://shop.example/',
        'javascript:alert(1)',
        'https://evil.example\\@shop.example/',
        '',
      ])('goes to its destination when asked for %s', async (page) => {
        const { headers } = await send(current.tracker, `/c/pages?to=${encodeURIComponent(page)}`);
        expect(headers.location).toMatch(/^https:\/\/shop\.example\/land\?id=/);
      });

      it('goes to the destination of an offer that lists no pages', async () => {
        const { headers } = await send(current.tracker, '/c/one?to=https%3A%2F%2Fshop.example%2Fboots');
        expect(headers.location).toMatch(/^https:\/\/shop\.example\/one\?clickid=/);
      });

      it('sticks to the offer that the first-party cookie knows, on other days and addresses too, while it takes visitors', async () => {
        const { tracker } = current;
        const hop = (cookie: string, more: Record<string, string> = {}) =>
          send(tracker, '/o/sticky', { headers: { cookie, ...more } });
        const agent = (visitor: number, visit: number) => ({
          'user-agent': `Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.${visitor}.${visit} Safari/537.36`,
        });
        const cookies = new Map<string, string>();
        for (let i = 0; cookies.size < 2 && i < 200; i++) {
          const first = await hop('', agent(i, 0));
          cookies.set(pathOf(first), first.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '');
        }
        expect([...cookies.keys()].sort()).toEqual(['/one', '/two']);
        // Another browser string is another visitor, as far as the hash of the day goes.
        for (const [path, cookie] of cookies) {
          for (let visit = 1; visit < 9; visit++) expect(pathOf(await hop(cookie, agent(0, visit)))).toBe(path);
        }
        const set = (status: string) =>
          manage(tracker, '/v1/offers/one', { method: 'PATCH', body: { status }, etag: '*' });
        expect((await set('paused')).status).toBe(200);
        expect(pathOf(await hop(cookies.get('/one') ?? ''))).toBe('/two');
        await set('active');
        expect(pathOf(await hop(cookies.get('/one') ?? ''))).toBe('/one');
      });

      it('asks no cookie of a visitor who objects, and none of another campaign', async () => {
        const { tracker } = current;
        const elsewhere = await send(tracker, '/o/one');
        const own: string[] = [];
        const ways: Record<string, string>[] = [{ 'sec-gpc': '1' }, {}];
        for (const [i, more] of ways.entries()) {
          const cookie = elsewhere.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
          const answer = await send(tracker, '/o/sticky', { headers: { cookie, ...more } });
          own[i] = pathOf(answer);
        }
        expect(own[0]).toBe(own[1]);
      });

      it('sticks to one offer per visitor where the campaign says so, by weight over all of them', async () => {
        const { tracker } = current;
        const chosen = await Promise.all(
          Array.from({ length: 120 }, async (_, i) => {
            const headers = { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.${i} Safari/537.36` };
            const paths = [];
            for (let visit = 0; visit < 3; visit++) paths.push(pathOf(await send(tracker, '/c/sticky', { headers })));
            expect(new Set(paths).size).toBe(1);
            return paths[0];
          }),
        );
        // Three quarters of 120; a million-to-one bound.
        const two = chosen.filter((path) => path === '/two').length;
        expect(two).toBeGreaterThan(65);
        expect(two).toBeLessThan(113);
      });
    },
    { options: { seed } },
  );
});

describe('traffic of a campaign with caps', () => {
  let ahead = 0;
  onBothTrackers(
    (current) => {
      it('leaves an offer within five seconds after its cap is reached, and its partner’s offers after that one’s', async () => {
        const { tracker } = current;
        expect(pathOf(await send(tracker, '/c/capped'))).toBe('/capped');
        const reach = (scope: string, currency: string, payout: number) =>
          tracker.database.query("INSERT INTO tallyback_counters VALUES ($1, '', 'total', $2, 1, 0, $3)", [
            scope,
            currency,
            payout,
          ]);
        const [offer] = await tracker.database.query("SELECT id FROM tallyback_offers WHERE key = 'capped'");
        await reach(`offer:${offer?.id}`, 'EUR', 0);
        ahead += 6_000;
        expect(pathOf(await send(tracker, '/c/capped-or-one'))).toBe('/one');
        expect((await send(tracker, '/c/capped')).status).toBe(404);
        const [partner] = await tracker.database.query("SELECT id FROM tallyback_partners WHERE key = 'spender'");
        await reach(`partner:${partner?.id}`, 'EUR', 999);
        ahead += 6_000;
        expect(pathOf(await send(tracker, '/c/spending'))).toBe('/one');
        await tracker.database.query('UPDATE tallyback_counters SET payout = 1000');
        ahead += 6_000;
        expect((await send(tracker, '/c/spending')).status).toBe(404);
        expect(pathOf(await send(tracker, '/c/one'))).toBe('/one');
      });
    },
    { options: { seed }, now: () => Date.now() + ahead },
  );
});
