import { currencyExponents } from './currencies.js';

/** An amount in minor units of `currency`: `{ minor: 4990n, currency: 'EUR' }` is 49.90 EUR. */
export interface Money {
  readonly minor: bigint;
  /** ISO 4217 alphabetic code, upper case. */
  readonly currency: string;
}

/** The wire form of {@link Money}: a decimal string with exactly the decimals of the currency. */
export interface MoneyJson {
  readonly amount: string;
  readonly currency: string;
}

/** What was wrong with a monetary value. */
export type MoneyErrorCode =
  | 'amount_malformed'
  | 'too_many_decimals'
  | 'amount_too_large'
  | 'currency_unknown'
  | 'rate_malformed'
  | 'percent_malformed';

/** A monetary value could not be read exactly. Nothing is ever rounded to make it fit. */
export class MoneyError extends Error {
  override readonly name = 'MoneyError';

  constructor(
    readonly code: MoneyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Largest absolute amount accepted on the wire, in minor units. */
export const MAX_MINOR = 999_999_999_999_999n;

// What a BIGINT column holds. Computed amounts may exceed MAX_MINOR (sums, exchange), never this.
const MAX_COMPUTED = 2n ** 63n - 1n;

// Longer texts cannot be a sensible amount, and bigint parsing is not linear in their length.
const MAX_TEXT = 64;

const decimalPattern = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

/** Whether `code` is an active ISO 4217 alphabetic code with a minor unit, in upper case. */
export function isCurrency(code: string): boolean {
  return currencyExponents.has(code);
}

/**
 * Number of decimals of a currency's minor unit (JPY 0, EUR 2, KWD 3, CLF 4), from ISO 4217.
 *
 * @throws MoneyError `currency_unknown`
 */
export function currencyExponent(code: string): number {
  const exponent = currencyExponents.get(code);
  if (exponent === undefined) {
    throw new MoneyError('currency_unknown', 'currency must be an upper-case ISO 4217 code such as "EUR"');
  }
  return exponent;
}

/**
 * Reads a decimal number exactly: `value = digits / 10 ** scale`. Grammar: optional minus, an integer part without
 * leading zeros, optionally a dot and decimals. No plus, exponent, spaces or thousands separators; at most 64 characters.
 *
 * @returns `undefined` when `text` is not such a number.
 */
export function parseDecimal(text: string): { readonly digits: bigint; readonly scale: number } | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const match = decimalPattern.exec(text);
  if (!match) return undefined;
  const decimals = match[3] ?? '';
  const magnitude = BigInt(`${match[2]}${decimals}`);
  return { digits: match[1] ? -magnitude : magnitude, scale: decimals.length };
}

/**
 * Reads a wire amount into minor units: `parseAmount('49.90', 'EUR')` is `4990n`. Fewer decimals than the currency has are
 * fine (`"5"` EUR is `500n`); more are refused even when they are zeros.
 *
 * @throws MoneyError `amount_malformed`, `currency_unknown`, `too_many_decimals`, `amount_too_large`
 */
export function parseAmount(amount: string, currency: string): bigint {
  const decimal = parseDecimal(amount);
  if (!decimal) {
    throw new MoneyError('amount_malformed', 'amount must be a plain decimal string such as "49.90"');
  }
  const exponent = currencyExponent(currency);
  if (decimal.scale > exponent) {
    throw new MoneyError(
      'too_many_decimals',
      `${currency} has ${exponent} decimals; the amount has ${decimal.scale} and is not rounded`,
    );
  }
  const minor = decimal.digits * 10n ** BigInt(exponent - decimal.scale);
  if (minor > MAX_MINOR || minor < -MAX_MINOR) {
    throw new MoneyError('amount_too_large', `amount must not exceed ${formatAmount(MAX_MINOR, currency)} ${currency}`);
  }
  return minor;
}

/**
 * Writes minor units as a decimal string with all decimals of the currency: `formatAmount(-5n, 'EUR')` is `"-0.05"`.
 *
 * @throws MoneyError `currency_unknown`
 */
export function formatAmount(minor: bigint, currency: string): string {
  const exponent = currencyExponent(currency);
  if (exponent === 0) return minor.toString();
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const point = digits.length - exponent;
  return `${minor < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/**
 * The wire form of an amount.
 *
 * @throws MoneyError `currency_unknown`
 */
export function toMoneyJson(money: Money): MoneyJson {
  return { amount: formatAmount(money.minor, money.currency), currency: money.currency };
}

/**
 * `numerator / denominator` rounded to the nearest integer, ties to the even one (banker's rounding), so that many
 * roundings do not drift in one direction.
 *
 * @throws RangeError when `denominator` is zero
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  const size = denominator < 0n ? -denominator : denominator;
  if (twice < size || (twice === size && quotient % 2n === 0n)) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}

/**
 * A percentage of an amount, rounded half-even once.
 *
 * @param percent decimal string from `"0"` to `"1000"` with up to 6 decimals, e.g. `"12.5"`
 * @throws MoneyError `percent_malformed`, `amount_too_large` when the result exceeds a signed 64-bit integer
 */
export function percentOf(minor: bigint, percent: string): bigint {
  const decimal = parseDecimal(percent);
  const unit = 10n ** BigInt(decimal?.scale ?? 0);
  if (!decimal || decimal.scale > 6 || percent.startsWith('-') || decimal.digits > 1000n * unit) {
    throw new MoneyError(
      'percent_malformed',
      'percent must be a decimal string from "0" to "1000" with up to 6 decimals, such as "12.5"',
    );
  }
  return storable(divideHalfEven(minor * decimal.digits, 100n * unit));
}

/**
 * Converts an amount to another currency, taking both exponents into account and rounding half-even once, at the end.
 *
 * @param rate units of `to` per one unit of `from` (major units), a decimal string above zero with up to 18 decimals
 * @throws MoneyError `currency_unknown`, `rate_malformed`, `amount_too_large` when the result exceeds a signed 64-bit integer
 */
export function convertMinor(minor: bigint, from: string, to: string, rate: string): bigint {
  const fromUnit = 10n ** BigInt(currencyExponent(from));
  const toUnit = 10n ** BigInt(currencyExponent(to));
  const decimal = parseDecimal(rate);
  if (!decimal || decimal.scale > 18 || decimal.digits <= 0n) {
    throw new MoneyError('rate_malformed', 'rate must be a decimal string above zero with up to 18 decimals');
  }
  return storable(divideHalfEven(minor * decimal.digits * toUnit, 10n ** BigInt(decimal.scale) * fromUnit));
}

function storable(minor: bigint): bigint {
  if (minor > MAX_COMPUTED || minor < -MAX_COMPUTED) {
    throw new MoneyError('amount_too_large', 'the computed amount does not fit a signed 64-bit integer');
  }
  return minor;
}
