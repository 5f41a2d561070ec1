import { describe, expect, it } from '@jest/globals';
import type { CatalogError } from './catalog-error.js';
import { parseSeed } from './parse-seed.js';

/** What is said of one object of a list: each fault with its path. */
function said(list: string, object: unknown): string[] {
  try {
    parseSeed({ [list]: [object] });
    return [];
  } catch (error) {
    return (error as CatalogError).faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

const OFFER = { key: 'o', advertiser: 'a', destination: 'https://shop.example/?c={clickid}', currency: 'EUR' };
const KEY = 'must be a key: 1 to 64 of a-z, 0-9, "_" and "-", starting with a letter or digit';

describe('a fault in the catalog', () => {
  it.each([
    ['partners', {}, `partners[0].key: is missing; it ${KEY}`],
    ['partners', { key: 'A' }, `partners[0].key: ${KEY}`],
    ['advertisers', { key: 'a', rateLimit: {} }, 'advertisers[0].rateLimit.perSecond: is missing; it must be a number'],
    ['advertisers', { key: 'a', rateLimit: 5 }, 'advertisers[0].rateLimit: must be an object'],
    ['advertisers', { key: 'a', accept: 'token' }, 'advertisers[0].accept: must be an array'],
    ['advertisers', { key: 'a', accept: ['ip', 'ip'] }, 'advertisers[0].accept: must not name anything twice'],
    ['offers', { ...OFFER, payout: {} }, 'offers[0].payout: must be an array'],
    ['offers', { ...OFFER, payout: ['10%'] }, 'offers[0].payout[0]: must be an object'],
    [
      'offers',
      { ...OFFER, payout: [{ kind: 'fixed', amount: 2 }] },
      'offers[0].payout[0].amount: must be a decimal string such as "49.90"',
    ],
    ['offers', { ...OFFER, window: { maxSeconds: '60' } }, 'offers[0].window.maxSeconds: must be an integer number'],
    [
      'offers',
      { ...OFFER, expiresAt: '2026-02-30T00:00:00Z' },
      'offers[0].expiresAt: must be a time such as "2026-12-24T18:00:00Z"',
    ],
    ['campaigns', { key: 'c', partner: 'p', offers: [[{ offer: 'o' }]] }, 'campaigns[0].offers[0]: must be an object'],
  ])('is told once, by what to mend: %s %j', (list, object, fault) => {
    expect(said(list, object)).toEqual([fault]);
  });

  it('is told with the place in a list of values', () => {
    const [, wrong] = said('advertisers', { key: 'a', secrets: [], ipAllow: ['::1', 'home'], accept: ['tokn'] }).sort();
    expect(wrong).toMatch(/^advertisers\[0\]\.ipAllow\[1\]: must be an IP address/);
    // What a variable of the environment that is not set leaves behind.
    expect(said('advertisers', { key: 'a', secrets: [undefined] })).toEqual([
      'advertisers[0].secrets[0]: is missing; it must be a secret that starts with "whsec_"',
    ]);
    expect(said('webhooks', { key: 'w', url: 'https://host.example/', secret: 'short' })).toEqual([
      'webhooks[0].secret: must be a secret that starts with "whsec_"',
    ]);
  });

  it.each(['*', '*.*', '.shop.example', 'a..b'])('is a host of deep links that no address has: %s', (host) => {
    const hosts = ['shop.example', '*.shop.example', 'shop.example:8443', '[::1]', host];
    expect(said('offers', { ...OFFER, deepLinks: { hosts } })).toEqual([
      'offers[0].deepLinks.hosts[4]: must be a host in lower case such as "shop.example" or "*.shop.example"',
    ]);
  });

  it('may lie as deep as anybody likes in what is no field', () => {
    let deep: object = {};
    for (let depth = 0; depth < 500; depth++) deep = { deep };
    expect(said('partners', { key: 'p', deep })).toEqual(['partners[0].deep: is not a field of the catalog']);
  });

  it('is nothing in the JSON of a postback’s body', () => {
    const body = { json: { ids: [['{clickid}']] } };
    expect(said('partners', { key: 'p', postbacks: [{ url: 'https://host.example/', body }] })).toEqual([]);
  });
});

describe('null in a catalog', () => {
  it('takes the default, in place of any field and list', () => {
    expect(parseSeed({ advertisers: null, partners: null, campaigns: null, webhooks: null })).toEqual({});
    const offer = { ...OFFER, payout: null, coupons: null, caps: null, window: { minSeconds: null, maxSeconds: 60 } };
    expect(parseSeed({ offers: [offer] })).toEqual({ offers: [{ ...OFFER, window: { maxSeconds: 60 } }] });
  });

  it('is no item of a list, no field that is needed, and makes no field of what is none', () => {
    expect(said('offers', null)).toEqual(['offers[0]: must be an object']);
    expect(said('partners', { key: null })).toEqual([`partners[0].key: ${KEY}`]);
    expect(said('partners', { key: 'a', nmae: null })).toEqual(['partners[0].nmae: is not a field of the catalog']);
  });
});
