import { describe, expect, it } from '@jest/globals';
import { domainsOf } from './domains-of.js';

describe('domainsOf', () => {
  it('lists a host and its parents, widest first', () => {
    expect(domainsOf('www.shop.co.uk')).toEqual(['uk', 'co.uk', 'shop.co.uk', 'www.shop.co.uk']);
    expect(domainsOf('localhost')).toEqual(['localhost']);
  });
});
