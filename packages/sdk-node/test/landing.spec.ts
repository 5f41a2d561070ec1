import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import type { Landing, Touch } from '../src/landing.js';
import { FRAMEWORKS, type LandingServer } from './support/landing-servers.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const clickAt = (daysAgo: number) => createId(NOW - daysAgo * DAY);
const PAGE = { 'sec-fetch-dest': 'document' };

interface Visited {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** What the server made of it. */
  readonly landing: Landing & { readonly seen?: Touch };
  /** `Set-Cookie`s of the click, without the shop's own one. */
  readonly cookies: string[];
  /** The click cookie as a browser would send it back. */
  readonly cookie: string;
}

type Asked = { method?: string; headers?: Record<string, string>; body?: string };

function visit(
  { url }: LandingServer,
  path: string,
  { method = 'GET', headers = PAGE, body }: Asked = {},
): Promise<Visited> {
  return new Promise((resolve, reject) => {
    // Not `fetch`, which sets fetch metadata of its own.
    const request = httpRequest(url + path, {
      method,
      headers: { host: 'www.shop.example', ...headers },
      agent: false,
    });
    request.on('error', reject).on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const all = response.headers['set-cookie'] ?? [];
      expect(all[0]).toMatch(/^basket=7; Path=\/$/);
      const cookies = all.slice(1);
      const landing = text.startsWith('{') ? (JSON.parse(text) as Visited['landing']) : { status: 'none' as const };
      const cookie = (cookies[0] ?? '').split(';', 1)[0] ?? '';
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, landing, cookies, cookie });
    });
    request.end(body);
  });
}

function touchText({ at = NOW, param = 'clickid', id = '', landing = '', referrer = '' }: Partial<Touch>): string {
  return String(new URLSearchParams({ at: String(at), param, id, landing, referrer }));
}

describe.each(FRAMEWORKS)('the landing cookie with %s', (_, start) => {
  let plain: LandingServer;
  let asked: LandingServer;
  const options = { now: () => NOW };
  beforeAll(async () => {
    plain = await start(options);
    asked = await start({
      ...options,
      consent: ({ headers }: { headers: unknown }) => {
        const web = headers as { get?: (name: string) => string | null; cookie?: string };
        const cookie = (web.get ? web.get('cookie') : web.cookie) ?? '';
        return /consent=yes/.test(cookie) ? 'granted' : /consent=no/.test(cookie) ? 'denied' : 'pending';
      },
      params: ['clickid', 'gclid'],
      path: '/land/{clickid}',
      domain: 'shop.example',
      secure: true,
      windowSeconds: 7 * 86_400,
      keep: 3,
      name: 'ck',
    });
  });
  afterAll(() => Promise.all([plain?.close(), asked?.close()]));

  it('is HttpOnly, lives for the rest of the window from the click, and adds to the cookies of the page', async () => {
    const id = clickAt(10);
    const headers = { ...PAGE, referer: 'https://blog.example/review?secret=1' };
    const {
      cookies,
      landing,
      headers: answered,
    } = await visit(plain, `/land?s=1&CLICKID=${id.toUpperCase()}`, { headers });
    const click = {
      id,
      param: 'CLICKID',
      at: NOW - 10 * DAY,
      landing: 'http://www.shop.example/land',
      referrer: 'https://blog.example',
    };
    expect(cookies).toEqual([`_clk_s=${touchText(click)}; Path=/; Max-Age=${20 * 86_400}; HttpOnly; SameSite=Lax`]);
    expect(landing).toMatchObject({ status: 'set', click });
    // A shared cache must not give one visitor's click to the next.
    expect(answered['cache-control']).toBe('private');
  });

  it('is not set again while it is as it should be, and its window does not slide', async () => {
    const id = clickAt(10);
    const { cookie } = await visit(plain, `/land?clickid=${id}`);
    for (const path of ['/boots', `/land?clickid=${id}`]) {
      const later = await visit(plain, path, { headers: { ...PAGE, cookie: `a=b; ${cookie}` } });
      expect([later.cookies, later.landing.status]).toEqual([[], 'kept']);
    }
  });

  it('keeps the first and the last click, and an old link does not displace them', async () => {
    const [first, middle, last, old] = [clickAt(20), clickAt(5), clickAt(1), clickAt(40)];
    let cookie = `_clk_s=${first}`;
    for (const id of [last, middle]) {
      const answer = await visit(plain, `/?clickid=${id}`, { headers: { ...PAGE, cookie } });
      if (answer.cookie) cookie = answer.cookie;
    }
    expect(cookie).toContain(first);
    expect(cookie).toContain(last);
    expect(cookie).not.toContain(middle);
    const { landing, cookies } = await visit(plain, `/?clickid=${old}`, { headers: { ...PAGE, cookie } });
    expect([landing.status, landing.click?.id, cookies]).toEqual(['kept', last, []]);
    expect(landing.seen?.id).toBe(last);
  });

  it('takes over what the script has stored, with the time of the click', async () => {
    const id = clickAt(3);
    const text = touchText({ at: NOW - 3 * DAY, id, landing: 'https://www.shop.example/land' });
    const { cookies } = await visit(plain, '/boots', { headers: { ...PAGE, cookie: `_clk=${text}` } });
    expect(cookies).toEqual([expect.stringContaining(`Max-Age=${27 * 86_400};`)]);
    expect(cookies[0]).toContain(text);
  });

  it.each([
    ['an image', 'GET', { 'sec-fetch-dest': 'image' }],
    ['a frame', 'GET', { 'sec-fetch-dest': 'iframe' }],
    ['a fetch', 'GET', { 'sec-fetch-dest': 'empty' }],
    ['a form', 'POST', PAGE],
    ['a look at the headers', 'HEAD', PAGE],
    ['a prefetch', 'GET', { ...PAGE, 'sec-purpose': 'prefetch' }],
    ['a prerendered page', 'GET', { ...PAGE, 'sec-purpose': 'prefetch;prerender' }],
    ['a client that wants no page', 'GET', { accept: '*/*' }],
  ])('is not set for %s', async (__, method, headers) => {
    const { cookies } = await visit(plain, `/land?clickid=${clickAt(1)}`, { method, headers: headers });
    expect(cookies).toEqual([]);
  });

  it('is set for a page of a browser that tells only by Accept', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml' };
    const { landing } = await visit(plain, `/land?clickid=${clickAt(1)}`, { headers });
    expect(landing.status).toBe('set');
  });

  it('is not set under Global Privacy Control, and removed where it was, on the host and every domain above', async () => {
    const objecting = { ...PAGE, 'sec-gpc': '1' };
    expect((await visit(plain, `/land?clickid=${clickAt(1)}`, { headers: objecting })).cookies).toEqual([]);
    const cookie = `_clk_s=${clickAt(2)}`;
    const { cookies, landing } = await visit(plain, '/boots', { headers: { ...objecting, cookie } });
    const gone = '_clk_s=; Path=/; Max-Age=0; ';
    expect(cookies).toEqual([
      `${gone}HttpOnly; SameSite=Lax`,
      `${gone}Domain=www.shop.example; HttpOnly; SameSite=Lax`,
      `${gone}Domain=shop.example; HttpOnly; SameSite=Lax`,
    ]);
    expect([landing.status, landing.seen]).toEqual(['removed', undefined]);
  });

  it.each(['nonsense', '{clickid}', '8'.repeat(26), ''])('is not set for %p, which is no click id', async (value) => {
    const { cookies, landing } = await visit(plain, `/land?clickid=${encodeURIComponent(value)}`);
    expect([cookies, landing.status]).toEqual([[], 'none']);
  });

  it('is removed when it has run out or holds no click', async () => {
    for (const value of [clickAt(31), 'at=1&param=clickid&id=x', 'x']) {
      const { landing } = await visit(plain, '/boots', { headers: { ...PAGE, cookie: `_clk_s=${value}` } });
      expect(landing.status).toBe('removed');
    }
  });

  it('waits for consent, goes by it, and has the name, domain, window and parameters it is told', async () => {
    const id = clickAt(2);
    const at = (cookie: string, path = `/land/${id}`) => visit(asked, path, { headers: { ...PAGE, cookie } });
    const pending = await at(`ck=${id}`);
    expect([pending.cookies, pending.landing.status]).toEqual([[], 'none']);
    const granted = await at('consent=yes');
    expect(granted.cookies).toEqual([
      expect.stringMatching(/^ck=[^;]+; Path=\/; Max-Age=432000; Domain=shop.example; HttpOnly; SameSite=Lax; Secure$/),
    ]);
    const foreign = await at(`consent=yes; ${granted.cookie}`, '/?gclid=Cj0%2Bx+y');
    expect(foreign.landing.click).toMatchObject({ id: 'Cj0+x+y', param: 'gclid', at: NOW });
    expect(foreign.landing.status).toBe('set');
    const denied = await at(`consent=no; ck=${id}`);
    expect([denied.landing.status, denied.cookies.length, denied.landing.seen]).toEqual(['removed', 3, undefined]);
    expect(pending.landing.seen?.id).toBe(id);
  });

  describe('and sync() of the browser', () => {
    const SAME = { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain;charset=UTF-8' };
    const tell = (method: string, body?: string, headers: Record<string, string> = SAME) =>
      visit(plain, '/_c/click', { method, headers, ...(body === undefined ? {} : { body }) });

    it('keeps what is posted for the rest of the window, and answers what the server knows', async () => {
      const [first, id] = [clickAt(9), clickAt(4)];
      const text = touchText({ at: NOW, id, landing: 'https://www.shop.example/land' });
      const { status, text: known, cookies } = await tell('POST', text, { ...SAME, cookie: `_clk_s=${first}` });
      expect(status).toBe(200);
      expect(known.split('|').map((row) => Object.fromEntries(new URLSearchParams(row)))).toEqual([
        { at: String(NOW - 9 * DAY), id: first, param: 'clickid', landing: '', referrer: '' },
        // Its time is that of the click, whatever the browser says.
        expect.objectContaining({ at: String(NOW - 4 * DAY), id, landing: 'https://www.shop.example/land' }),
      ]);
      expect(cookies).toEqual([
        expect.stringMatching(new RegExp(`^_clk_s=${first}\\|at=.*; Max-Age=${26 * 86_400};.*HttpOnly`)),
      ]);
    });

    it('gives back what the browser has lost, and keeps its life', async () => {
      const id = clickAt(4);
      const { text, cookies } = await tell('POST', '', { ...SAME, cookie: `_clk_s=${id}` });
      expect(text).toContain(`id=${id}`);
      expect(cookies).toEqual([`_clk_s=${id}; Path=/; Max-Age=${26 * 86_400}; HttpOnly; SameSite=Lax`]);
    });

    it('removes the cookie on DELETE and under Global Privacy Control', async () => {
      const cookie = `_clk_s=${clickAt(4)}`;
      const deleted = await tell('DELETE', undefined, { ...SAME, cookie });
      expect([deleted.status, deleted.cookies.length]).toEqual([200, 3]);
      const objected = await tell('POST', touchText({ at: NOW, id: clickAt(1) }), {
        ...SAME,
        cookie,
        'sec-gpc': '1',
      });
      expect([objected.status, objected.text, objected.cookies.length]).toEqual([200, '', 3]);
      expect(objected.cookies.every((line) => line.startsWith('_clk_s=; '))).toBe(true);
    });

    it.each([
      ['another site', 403, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['a sandboxed page', 403, { origin: 'null' }],
      ['another site without an origin', 403, { 'sec-fetch-site': 'cross-site' }],
      ['a prerendered page', 425, { ...SAME, 'sec-purpose': 'prefetch;prerender' }],
    ])('takes nothing from %s', async (__, status, headers) => {
      const body = touchText({ at: NOW, id: clickAt(1) });
      const answer = await tell('POST', body, { 'content-type': 'text/plain', ...headers } as never);
      expect([answer.status, answer.cookies]).toEqual([status, []]);
    });

    it('leaves out what no click can be, and what is no honest time', async () => {
      const rows = [
        touchText({ at: NOW, id: 'no-click' }),
        touchText({ at: NOW + DAY, id: 'abc', param: 'gclid' }),
        touchText({ at: NOW, id: 'evil;x', param: 'gclid' }),
        touchText({ at: NOW, id: 'abc', param: 'bad name' }),
        touchText({ at: NOW, id: 'good', param: 'gclid', landing: 'javascript:x', referrer: 'x y' }),
      ];
      const { text } = await tell('POST', rows.join('|'));
      expect(text).toBe(`at=${NOW}&param=gclid&id=good&landing=&referrer=`);
    });
  });
});
