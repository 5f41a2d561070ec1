import { describe, expect, it } from '@jest/globals';
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
  it('prefers the configured domain to the shared one', () => {
    const hop = { host: 'go.shop.example', secure: true };
    expect(firstPartyCookie('ID', hop, 'https://shop.example/', { domain: 'example' })).toBe(
      '_clk_s=ID; Path=/; Max-Age=2592000; Domain=example; HttpOnly; SameSite=Lax; Secure',
    );
  });
});
