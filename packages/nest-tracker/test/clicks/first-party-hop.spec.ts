import { describe, expect, it } from '@jest/globals';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type RequestOptions, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

async function hop(tracker: Tracker, path: string, headers: RequestOptions['headers'] = {}) {
  const answer = await send(tracker, path, { headers });
  const [cookie = '', ...more] = answer.headers['set-cookie'] ?? [];
  const [pair = '', ...attributes] = cookie.split('; ');
  const [name, id = ''] = pair.split('=');
  return { answer, location: answer.headers.location ?? '', name, id, attributes, more };
}

describe('the first-party hop', () => {
  onEveryTracker((current) => {
    it('stores the click, sets it as a cookie that no script can read, and lands on a clean URL', async () => {
      const { tracker } = current;
      const { answer, location, name, id, attributes, more } = await hop(tracker, '/o/macros?sub1=A&kw=k');
      expect(answer.status).toBe(302);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
      expect([name, more]).toEqual(['_clk_s', []]);
      expect(attributes).toEqual(['Path=/', 'Max-Age=2592000', 'HttpOnly', 'SameSite=Lax']);
      expect(location).not.toContain(id);
      expect(location).not.toMatch(/[?&]id=/);
      expect(new URL(location).searchParams.get('s')).toBe('A');
      const [row] = await tracker.database.query('SELECT * FROM tallyback_clicks WHERE id = $1', [id]);
      expect(Boolean(row?.first_party)).toBe(true);
      expect(row).toMatchObject({ kind: 'click', sub1: 'A' });
    });

    it('appends nothing to a destination without a click-id macro', async () => {
      expect((await hop(current.tracker, '/o/no-macro-fragment')).location).toBe('https://shop.example/land?a=1#top');
    });

    it.each([
      ['go.shop.example', 'Domain=shop.example'],
      ['GO.Shop.Example:8443', 'Domain=shop.example'],
      ['a.b.shop.example', 'Domain=shop.example'],
      ['shop.example', undefined],
      ['track.house.example', undefined],
      ['example', undefined],
      ['127.0.0.1:4010', undefined],
      ['[::1]:4010', undefined],
    ])('on %s shares the cookie with the destination as far as both belong together: %s', async (host, domain) => {
      const { answer, attributes } = await hop(current.tracker, '/o/boots', { host });
      expect(answer.status).toBe(302);
      expect(attributes.find((attribute) => attribute.startsWith('Domain='))).toBe(domain);
      expect(attributes).toContain('HttpOnly');
      expect(attributes).not.toContain('Secure');
    });

    it('keeps the first click beside the new one, and the pixel reads both', async () => {
      const { tracker } = current;
      const host = 'shop.example';
      const first = await hop(tracker, '/o/boots', { host });
      const second = await hop(tracker, '/o/boots', { host, cookie: `_clk_s=${first.id}` });
      expect(second.id).toMatch(new RegExp(`^${first.id}\\|[0-9a-z]{26}$`));
      const newest = second.id.slice(27);
      const third = await hop(tracker, '/o/boots', { host, cookie: `_clk_s=${second.id}` });
      expect(third.id).toContain(`${first.id}|`);
      expect(third.id).not.toContain(newest);
    });

    it.each([
      ['under Global Privacy Control', { 'sec-gpc': '1' }],
      ['when the page is only loaded ahead', { 'sec-purpose': 'prefetch' }],
      ['when it is prerendered', { 'sec-purpose': 'prefetch;prerender' }],
    ])('%s is a click link like any other: no cookie, the id in the address', async (_, headers) => {
      const { tracker } = current;
      const { answer, location, name } = await hop(tracker, '/o/boots?sub1=A', headers as never);
      expect([answer.status, name]).toEqual([302, '']);
      const id = new URL(location).searchParams.get('clickid');
      const [row] = await tracker.database.query('SELECT * FROM tallyback_clicks WHERE id = $1', [id]);
      expect(row).toMatchObject({ sub1: 'A', kind: 'sec-gpc' in headers ? 'click' : 'prefetch' });
    });

    it('does not believe a client that says it came over https', async () => {
      const { attributes } = await hop(current.tracker, '/o/boots', { 'x-forwarded-proto': 'https' });
      expect(attributes).not.toContain('Secure');
    });

    it('sets no cookie when there is no campaign to redirect to', async () => {
      const { tracker } = current;
      expect((await hop(tracker, '/o/nowhere')).name).toBe('');
      const closed = await hop(tracker, '/o/closed-with-fallback');
      expect([closed.location, closed.name]).toEqual(['https://shop.example/elsewhere', '']);
    });
  });
});

describe('the first-party hop behind a proxy, with a cookie of its own', () => {
  onEveryTracker(
    (current) => {
      it('is Secure when the visitor came over https, and has the configured name, domain and life', async () => {
        const { name, attributes } = await hop(current.tracker, '/o/boots', { 'x-forwarded-proto': 'https' });
        expect(name).toBe('ck');
        expect(attributes).toEqual([
          'Path=/',
          'Max-Age=60',
          'Domain=house.example',
          'HttpOnly',
          'SameSite=Lax',
          'Secure',
        ]);
      });

      it('is not Secure when the visitor came over http', async () => {
        const { attributes } = await hop(current.tracker, '/o/boots', { 'x-forwarded-proto': 'http' });
        expect(attributes).not.toContain('Secure');
      });

      it('keeps the visitor’s address, not the proxy’s', async () => {
        const { id } = await hop(current.tracker, '/o/boots', { 'x-forwarded-for': '198.51.100.77' });
        const [row] = await current.tracker.database.query('SELECT ip FROM tallyback_clicks WHERE id = $1', [id]);
        expect(row?.ip).toBe('198.51.100.0');
      });
    },
    {
      behindProxy: true,
      options: { firstPartyCookie: { name: 'ck', domain: 'house.example', maxAgeSeconds: 60 } },
    },
  );
});

describe('the first-party hop of a module that knows its public address', () => {
  onEveryTracker(
    (current) => {
      it('goes by that address, whatever host and protocol the request shows', async () => {
        const { attributes } = await hop(current.tracker, '/o/boots', { host: 'internal:4010' });
        expect(attributes).toContain('Secure');
        expect(attributes).toContain('Domain=shop.example');
      });
    },
    { options: { publicUrl: 'https://go.shop.example' } },
  );
});
