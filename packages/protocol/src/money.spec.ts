import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import vectors from '../vectors/money.json' with { type: 'json' };
import {
  convertMinor,
  currencyExponent,
  divideHalfEven,
  formatAmount,
  isCurrency,
  MAX_MINOR,
  MoneyError,
  parseAmount,
  parseDecimal,
  percentOf,
  toMoneyJson,
} from './money.js';

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return undefined;
};

const currency = fc.constantFrom('JPY', 'EUR', 'KWD', 'CLF');
const minor = fc.bigInt({ min: -MAX_MINOR, max: MAX_MINOR });
const decimal = (maxDigits: bigint, maxScale: number) =>
  fc.tuple(fc.bigInt({ min: 1n, max: maxDigits }), fc.integer({ min: 0, max: maxScale })).map(([digits, scale]) => {
    const text = digits.toString().padStart(scale + 1, '0');
    const whole = text.slice(0, text.length - scale);
    return { text: scale === 0 ? whole : `${whole}.${text.slice(-scale)}`, digits, scale };
  });

/**
 * What exact half-even rounding means, said without dividing: the result is at most half a unit away from
 * numerator / denominator, and even when it is exactly half a unit away. `denominator` is positive.
 */
const isHalfEven = (result: bigint, numerator: bigint, denominator: bigint): boolean => {
  const doubled = 2n * (result * denominator - numerator);
  const distance = doubled < 0n ? -doubled : doubled;
  return distance < denominator || (distance === denominator && result % 2n === 0n);
};

describe('money vectors', () => {
  it.each(vectors.exponents)('exponent: $description', ({ currency, exponent, error }) => {
    expect(isCurrency(currency)).toBe(error === undefined);
    if (error === undefined) expect(currencyExponent(currency)).toBe(exponent);
    else expect(codeOf(() => currencyExponent(currency))).toBe(error);
  });

  it.each(vectors.parse)('parse "$amount" $currency: $description', ({ amount, currency, minor, error }) => {
    if (minor !== undefined) expect(parseAmount(amount, currency)).toBe(BigInt(minor));
    else expect(codeOf(() => parseAmount(amount, currency))).toBe(error);
  });

  it.each(vectors.format)('format $minor $currency: $description', ({ minor, currency, amount }) => {
    expect(formatAmount(BigInt(minor), currency)).toBe(amount);
    expect(toMoneyJson({ minor: BigInt(minor), currency })).toEqual({ amount, currency });
  });

  it.each(vectors.percent)('$percent percent of $minor: $description', ({ minor, percent, result, error }) => {
    if (result !== undefined) expect(percentOf(BigInt(minor), percent)).toBe(BigInt(result));
    else expect(codeOf(() => percentOf(BigInt(minor), percent))).toBe(error);
  });

  it.each(vectors.convert)('convert $minor $from to $to at $rate: $description', (vector) => {
    const convert = () => convertMinor(BigInt(vector.minor), vector.from, vector.to, vector.rate);
    if (vector.result !== undefined) expect(convert()).toBe(BigInt(vector.result));
    else expect(codeOf(convert)).toBe(vector.error);
  });
});

describe('money properties', () => {
  it('every amount that is written is read back as the same minor units', () => {
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        expect(parseAmount(formatAmount(amount, code), code)).toBe(amount);
      }),
    );
  });

  it('division rounds to the nearest, ties to even, for every pair of signs', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.boolean(), (numerator, any, tie) => {
        const denominator = any === 0n ? 1n : any;
        // Random numbers hardly ever tie; half of the cases are made to.
        const [n, d] = tie ? [numerator * denominator * 2n + denominator, denominator * 2n] : [numerator, denominator];
        const result = divideHalfEven(n, d);
        expect(d > 0n ? isHalfEven(result, n, d) : isHalfEven(result, -n, -d)).toBe(true);
      }),
    );
  });

  it('a percentage differs from the exact rational by one half-even rounding and no more', () => {
    fc.assert(
      fc.property(minor, decimal(1000n * 10n ** 6n, 6), (amount, { text, digits, scale }) => {
        fc.pre(digits <= 1000n * 10n ** BigInt(scale));
        expect(isHalfEven(percentOf(amount, text), amount * digits, 100n * 10n ** BigInt(scale))).toBe(true);
      }),
    );
  });

  it('an exchange differs from the exact rational by one half-even rounding and no more', () => {
    fc.assert(
      fc.property(minor, currency, currency, decimal(10n ** 18n, 18), (amount, from, to, { text, digits, scale }) => {
        const numerator = amount * digits * 10n ** BigInt(currencyExponent(to));
        const denominator = 10n ** BigInt(scale + currencyExponent(from));
        fc.pre(numerator / denominator < 2n ** 62n && numerator / denominator > -(2n ** 62n));
        expect(isHalfEven(convertMinor(amount, from, to, text), numerator, denominator)).toBe(true);
      }),
    );
  });

  it('a decimal is read as exactly the number it says', () => {
    fc.assert(
      fc.property(decimal(10n ** 20n, 18), fc.boolean(), ({ text, digits, scale }, negative) => {
        expect(parseDecimal(negative ? `-${text}` : text)).toEqual({ digits: negative ? -digits : digits, scale });
      }),
    );
  });

  it('no text makes reading an amount fail with anything but a money error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?\d{0,30}\.?\d{0,5}$/)), (text) => {
        expect([undefined, 'amount_malformed', 'too_many_decimals', 'amount_too_large']).toContain(
          codeOf(() => parseAmount(text, 'EUR')),
        );
      }),
    );
  });
});

it('a result beyond a signed 64-bit integer is refused, since no column could hold it', () => {
  expect(percentOf(2n ** 63n - 1n, '100')).toBe(2n ** 63n - 1n);
  expect(codeOf(() => percentOf(-(2n ** 63n), '100'))).toBe('amount_too_large');
});

it('division by zero is a RangeError', () => {
  expect(() => divideHalfEven(1n, 0n)).toThrow(RangeError);
});
