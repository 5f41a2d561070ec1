import { currencyExponent, divideHalfEven, MoneyError, parseDecimal } from '@tallyback/protocol';

/** An amount in minor units that has not been rounded yet: `numerator / denominator`. */
export interface ExactAmount {
  readonly numerator: bigint;
  /** Above zero. */
  readonly denominator: bigint;
}

/** Largest amount that both databases hand back exactly: SQLite's drivers read larger integers as floats. */
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** Whole minor units. */
export function exactly(minor: bigint): ExactAmount {
  return { numerator: minor, denominator: 1n };
}

/**
 * An amount in another currency, both exponents taken into account, nothing rounded.
 *
 * @param rate Units of `to` for one unit of `from`, a decimal string above zero with up to 18 decimals.
 * @throws MoneyError `currency_unknown`, `rate_malformed`
 */
export function exchanged(minor: bigint, from: string, to: string, rate: string): ExactAmount {
  const { digits, scale } = parseRate(rate);
  return {
    numerator: minor * digits * 10n ** BigInt(currencyExponent(to)),
    denominator: 10n ** BigInt(scale + currencyExponent(from)),
  };
}

/**
 * A part of an amount, nothing rounded.
 *
 * @param percent A decimal string that the catalog has checked.
 * @throws MoneyError `percent_malformed`
 */
export function partOf({ numerator, denominator }: ExactAmount, percent: string): ExactAmount {
  const decimal = parseDecimal(percent);
  if (!decimal) throw new MoneyError('percent_malformed', 'percent must be a decimal string such as "12.5"');
  return {
    numerator: numerator * decimal.digits,
    denominator: denominator * 100n * 10n ** BigInt(decimal.scale),
  };
}

/**
 * Whole minor units, rounded half-even: the one rounding of a computed amount.
 *
 * @throws MoneyError `amount_too_large` when the databases could not hold it exactly.
 */
export function rounded({ numerator, denominator }: ExactAmount): bigint {
  return storable(divideHalfEven(numerator, denominator));
}

/**
 * The amount itself.
 *
 * @throws MoneyError `amount_too_large` when the databases could not hold it exactly.
 */
export function storable(minor: bigint): bigint {
  if (minor <= LARGEST && minor >= -LARGEST) return minor;
  throw new MoneyError('amount_too_large', `the amount comes to ${minor} minor units; at most ${LARGEST} can be kept`);
}

/**
 * Reads a rate: a decimal string above zero with up to 18 decimals.
 *
 * @throws MoneyError `rate_malformed`
 */
export function parseRate(rate: string): { readonly digits: bigint; readonly scale: number } {
  const decimal = typeof rate === 'string' ? parseDecimal(rate) : undefined;
  if (decimal && decimal.scale <= 18 && decimal.digits > 0n) return decimal;
  throw new MoneyError('rate_malformed', 'a rate must be a decimal string above zero with up to 18 decimals');
}
