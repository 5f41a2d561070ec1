import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress, literalAddress } from './public-address.js';

const file = join(__dirname, '..', '..', 'test', 'vectors', 'addresses.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Record<'public' | 'private', string[]>;

describe('isPublicAddress', () => {
  it.each(vectors.public)('takes %s for public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(vectors.private)('takes %s for private', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('judges an IPv4 address behind NAT64 like the address itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublicAddress(address));
      }),
    );
  });
});

describe('literalAddress', () => {
  it('tells addresses from names', () => {
    expect(['127.0.0.1', '[::1]', 'example.com', '1.example'].map(literalAddress)).toEqual([
      '127.0.0.1',
      '::1',
      undefined,
      undefined,
    ]);
  });
});
