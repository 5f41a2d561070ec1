import { describe, expect, it } from '@jest/globals';
import { optionsOf } from './options-of.js';

describe('optionsOf', () => {
  it('leaves everything to the defaults without attributes', () => {
    const given = Object.entries(optionsOf({})).filter(([, value]) => value !== undefined);
    expect(given).toEqual([
      ['cookie', {}],
      ['storage', true],
    ]);
  });

  it('reads every attribute', () => {
    expect(
      optionsOf({
        params: 'clickid, gclid\n irclickid',
        path: '/land/{clickid}',
        model: 'first',
        window: '3600',
        consent: 'pending',
        cookieName: 'ck',
        cookieDomain: 'shop.example',
        storage: 'off',
        keep: '4',
      }),
    ).toMatchObject({
      params: ['clickid', 'gclid', 'irclickid'],
      path: '/land/{clickid}',
      model: 'first',
      window: 3600,
      consent: 'pending',
      cookie: { name: 'ck', domain: 'shop.example' },
      storage: false,
      keep: 4,
    });
  });

  it.each(['-1', '0', 'a month', ''])('leaves window and keep to their defaults for %j', (text) => {
    expect(optionsOf({ window: text, keep: text })).toMatchObject({ window: undefined, keep: undefined });
  });

  it('switches the cookie off', () => {
    expect(optionsOf({ cookie: 'off' }).cookie).toBe(false);
  });
});
