import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Touch } from '../types.js';
import { decode, encode, isOurs } from './codec.js';

const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const touches: fc.Arbitrary<Touch[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
    param: text,
    id: text,
    landing: text,
    referrer: fc.option(text, { nil: '' }),
  }),
  { minLength: 1, maxLength: 2 },
);

describe('the stored text', () => {
  it('gives back what was put in, whatever the characters', () => {
    fc.assert(fc.property(touches, (all) => expect(decode(encode(all))).toEqual(all)));
  });

  it('has only characters that a cookie value may have', () => {
    fc.assert(fc.property(touches, (all) => expect(encode(all)).toMatch(/^[!#-+\--:<-[\]-~]+$/)));
  });

  it('is told from the text of others by its beginning', () => {
    fc.assert(fc.property(touches, (all) => expect(isOurs(encode(all))).toBe(true)));
    expect(['', 'theirs', '{"at":1}', 'GA1.1.1.1', 'at=x'].filter(isOurs)).toEqual([]);
  });

  it('reads as plain query parameters on a server', () => {
    const touch = { at: 1_795_000_000_123, param: 'clickid', id: 'x', landing: 'https://shop.example/a', referrer: '' };
    expect(encode([touch])).toBe(
      'at=1795000000123&param=clickid&id=x&landing=https%3A%2F%2Fshop.example%2Fa&referrer=',
    );
  });

  it('is empty for no touch', () => {
    expect(encode([])).toBe('');
  });

  it('never throws at damaged text, which comes out without an id or with a time of long ago', () => {
    for (const damaged of ['', '|', 'at=', 'at=12&id=x', 'id=x', 'at=%E0%A4%A&id=x', '1795000000123']) {
      for (const { at, id } of decode(damaged)) expect(id === undefined || !(at > 1e12)).toBe(true);
    }
  });
});
