import { describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import { firstPartyCookie, sharedDomain } from './first-party-cookie.js';

describe('sharedDomain', () => {
  it.each([
    ['go.shop.example', 'www.shop.example', 'shop.example'],
    ['go.shop.example', 'shop.example', 'shop.example'],
    ['shop.example', 'www.shop.example', 'shop.example'],
    ['a.b.shop.example', 'c.b.shop.example', 'b.shop.example'],
    ['GO.SHOP.EXAMPLE:8443', 'shop.example', 'shop.example'],
    ['go.shop.co.uk', 'other.co.uk', 'co.uk'],
    ['shop.example', 'shop.example', undefined],
    ['shop.example:80', 'shop.example:443', undefined],
    ['go.shop.example', 'go.other.example', undefined],
    ['myshop.example', 'shop.example', undefined],
    ['localhost', 'shop.localhost', undefined],
    ['127.0.0.1', '127.0.0.2', undefined],
    ['[::1]:80', '[::2]', undefined],
    ['', 'shop.example', undefined],
  ])('of %s and %s is %s', (hop, destination, shared) => {
    expect(sharedDomain(hop, destination)).toBe(shared);
  });
});

describe('firstPartyCookie', () => {
  const DAY = 86_400_000;
  const now = Date.UTC(2026, 10, 22);
  const [id, first, middle, old] = [0, 20, 3, 31].map((days) => createId(now - days * DAY)) as [
    string,
    string,
    string,
    string,
  ];
  const hop = { host: 'go.shop.example', secure: true, cookies: undefined };

  it('prefers the configured domain to the shared one', () => {
    expect(firstPartyCookie(id, hop, 'https://shop.example/', { domain: 'example' })).toBe(
      `_clk_s=${id}; Path=/; Max-Age=2592000; Domain=example; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  it('keeps the first click of the window beside the new one', () => {
    const value = (cookies: string) =>
      /_clk_s=([^;]*)/.exec(firstPartyCookie(id, { ...hop, cookies }, 'https://a/'))?.[1];
    expect(value(`a=b; _clk_s=${first}|${middle}`)).toBe(`${first}|${id}`);
    expect(value(`_clk_s=${old}; _clk_s=nonsense`)).toBe(id);
  });

  it('holds out where a request names no host that there could be', () => {
    expect(firstPartyCookie(id, { ...hop, host: 'a b' }, 'https://shop.example/')).toContain(`_clk_s=${id};`);
  });
});
