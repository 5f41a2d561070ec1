import { describe, expect, it } from '@jest/globals';
import { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { macroValues } from './macro-values.js';

const catalog = new CatalogSnapshot(
  { advertisers: [], secrets: [], offers: [], partners: [], campaigns: [], webhooks: [] },
  300,
);
const conversion = Object.assign(new Conversion(), {
  advertiserId: 'a',
  occurredAt: 0,
  revenue: 0n,
  payout: 0n,
  currency: null,
});

describe('what a partner’s template can tell', () => {
  it('is where and on what the click was made, and what its URL said', () => {
    const click = Object.assign(new Click(), {
      cost: null,
      country: 'DE',
      device: 'mobile',
      channel: 'email',
      customerId: 'c_81',
      query: { kw: 'boots', channel: 'Email' },
    });
    const value = macroValues(conversion, click, catalog);
    const names = ['country', 'device', 'query.kw', 'query.channel', 'query.customer_id', 'query.toString', 'toString'];
    expect(names.map(value)).toEqual(['DE', 'mobile', 'boots', 'Email', 'c_81', undefined, undefined]);
  });

  it('is nothing of a click that is not there', () => {
    const value = macroValues(conversion, null, catalog);
    expect(['country', 'device', 'query.channel'].map(value)).toEqual([undefined, undefined, undefined]);
  });
});
