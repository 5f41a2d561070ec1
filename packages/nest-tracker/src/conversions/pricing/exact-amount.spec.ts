import { describe, expect, it } from '@jest/globals';
import { currencyExponent } from '@tallyback/protocol';
import fc from 'fast-check';
import { exactly, exchanged, partOf, rounded } from './exact-amount.js';
import { payoutBy } from './payout.js';

/** A rational number, the slow and obvious way. */
class Ratio {
  constructor(
    readonly top: bigint,
    readonly bottom: bigint = 1n,
  ) {}

  static of(decimal: string): Ratio {
    const [whole = '0', decimals = ''] = decimal.split('.');
    return new Ratio(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  }

  times({ top, bottom }: Ratio): Ratio {
    return new Ratio(this.top * top, this.bottom * bottom);
  }

  /** Whether `whole` is the integer next to this number, the even one of two that are as near. */
  isRoundedTo(whole: bigint): boolean {
    const off = 2n * (this.top - whole * this.bottom);
    const distance = off < 0n ? -off : off;
    return distance < this.bottom || (distance === this.bottom && whole % 2n === 0n);
  }
}

const minor = fc.bigInt({ min: -99_999_999n, max: 99_999_999n });
const percent = fc.tuple(fc.nat(999), fc.nat(999_999)).map(([a, b]) => `${a}.${String(b).padStart(6, '0')}`);
const rate = fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 999_999_999 })).map(([a, b]) => `${a}.${b}`);
const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'USD');
const unit = (code: string) => new Ratio(10n ** BigInt(currencyExponent(code)));
const inverse = ({ top, bottom }: Ratio) => new Ratio(bottom, top);

const inCurrency = (amount: bigint, from: string, to: string, by: string) =>
  new Ratio(amount)
    .times(Ratio.of(by))
    .times(unit(to))
    .times(inverse(unit(from)));

describe('computed amounts', () => {
  it('are the nearest minor unit of what the rate says, ties to the even one, for any two currencies', () => {
    fc.assert(
      fc.property(minor, currency, currency, rate, (amount, from, to, by) => {
        expect(inCurrency(amount, from, to, by).isRoundedTo(rounded(exchanged(amount, from, to, by)))).toBe(true);
      }),
    );
  });

  it('are rounded once: a payout is a part of the revenue before that was rounded', () => {
    fc.assert(
      fc.property(minor, currency, currency, rate, percent, (amount, from, to, by, part) => {
        const payout = payoutBy({ kind: 'percent', percent: part }, exchanged(amount, from, to, by), to);
        const reference = inCurrency(amount, from, to, by).times(Ratio.of(part)).times(new Ratio(1n, 100n));
        expect(reference.isRoundedTo(payout)).toBe(true);
      }),
    );
  });

  it('differ by that from rounding twice', () => {
    const revenue = exchanged(1n, 'EUR', 'USD', '1.4');
    expect(rounded(revenue)).toBe(1n);
    expect(payoutBy({ kind: 'percent', percent: '50' }, revenue, 'USD')).toBe(1n);
    expect(payoutBy({ kind: 'percent', percent: '50' }, exactly(1n), 'USD')).toBe(0n);
  });

  it.each(['0', '0.0', '-1', '1.0000000000000000001', '1e3', '1,2', '', 'NaN'])('take no rate of "%s"', (bad) => {
    expect(() => exchanged(100n, 'EUR', 'USD', bad)).toThrow(/rate must be a decimal string above zero/);
  });

  it('are refused when a database could not hand them back exactly', () => {
    expect(() => rounded(exchanged(9_007_199_254_740_992n, 'EUR', 'USD', '1'))).toThrow(/at most 9007199254740991/);
    expect(() => rounded(partOf(exactly(-9_007_199_254_740_991n), '100.1'))).toThrow(/minor units/);
    expect(rounded(exactly(9_007_199_254_740_991n))).toBe(9_007_199_254_740_991n);
  });
});
