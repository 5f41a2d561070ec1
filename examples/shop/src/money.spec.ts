import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toDecimal, toPrice } from './money.js';

describe('money', () => {
  it('writes cents as a decimal string with two digits', () => {
    expect([0, 5, 50, 100, 4990, 1_234_567].map(toDecimal)).toEqual([
      '0.00',
      '0.05',
      '0.50',
      '1.00',
      '49.90',
      '12345.67',
    ]);
  });

  it('groups thousands for people only', () => {
    expect([99_999, 100_000, 123_456_789].map(toPrice)).toEqual(['€999.99', '€1,000.00', '€1,234,567.89']);
  });

  it('loses no cent on the way out', () => {
    fc.assert(
      fc.property(fc.nat(), (cents) => {
        expect(Number(toDecimal(cents).replace('.', ''))).toBe(cents);
      }),
    );
  });
});
