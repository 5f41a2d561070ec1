import { BlockList, isIP } from 'node:net';
import {
  CLICK_MACROS,
  compileUrlTemplate,
  createSigner,
  createVerifier,
  currencyExponent,
  isCurrency,
  MoneyError,
  parseAmount,
  percentOf,
  TemplateError,
} from '@tallyback/protocol';
import { registerDecorator, type ValidationOptions } from 'class-validator';
import { isOfTheCalendar } from '../http/read-time.js';

/** A check that answers what is wrong with a value, or nothing. */
type Check = (value: unknown) => string | undefined;

/**
 * A class-validator decorator from a check whose own words become the message; of a list they begin with the index of the
 * value that is meant.
 */
function checked(name: string, check: Check, options?: ValidationOptions): PropertyDecorator {
  const inList = (values: unknown) => {
    if (!Array.isArray(values)) return undefined;
    const faults = values.map((value) => check(value));
    const index = faults.findIndex((fault) => fault !== undefined);
    return index < 0 ? undefined : `[${index}] ${faults[index]}`;
  };
  return (target, propertyName) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(propertyName),
      options,
      validator: {
        validate: (value) => check(value) === undefined,
        defaultMessage: (args) => (options?.each ? inList(args?.value) : check(args?.value)) ?? 'is invalid',
      },
    });
}

function saying(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const KEY = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** A catalog key: `^[a-z0-9][a-z0-9_-]{0,63}$`. */
export const IsKey = (options?: ValidationOptions) =>
  checked(
    'isKey',
    (value) =>
      typeof value === 'string' && KEY.test(value)
        ? undefined
        : 'must be a key: 1 to 64 of a-z, 0-9, "_" and "-", starting with a letter or digit',
    options,
  );

/** What a postback is known by within its list: `^[a-z0-9][a-z0-9_-]{0,31}$`. */
export const IsPostbackKey = (options?: ValidationOptions) =>
  checked(
    'isPostbackKey',
    (value) =>
      typeof value === 'string' && /^[a-z0-9][a-z0-9_-]{0,31}$/.test(value)
        ? undefined
        : 'must be a key: 1 to 32 of a-z, 0-9, "_" and "-", starting with a letter or digit',
    options,
  );

/** An event name: `^[a-z][a-z0-9_]{0,63}$`. */
export const IsEvent = (options?: ValidationOptions) =>
  checked(
    'isEvent',
    (value) =>
      typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value)
        ? undefined
        : 'must be an event name such as "purchase": a-z, 0-9 and "_", starting with a letter',
    options,
  );

/** An upper-case ISO 4217 code. */
export const IsCurrencyCode = () =>
  checked('isCurrencyCode', (value) =>
    typeof value === 'string' && isCurrency(value) ? undefined : 'must be an ISO 4217 code in capitals such as "EUR"',
  );

/** A URL template with our macros that cannot send a visitor to a host of somebody else's choosing. */
export const IsDestination = () =>
  checked('isDestination', (value) => {
    if (typeof value !== 'string') return 'must be a URL template such as "https://shop.example/?clickid={clickid}"';
    if (value.length > 2048) return 'must not be longer than 2048 characters';
    try {
      compileUrlTemplate(value, { macros: CLICK_MACROS, allowQueryMacros: true });
      return undefined;
    } catch (error) {
      if (error instanceof TemplateError) return error.findings.map(({ message }) => message).join(' ');
      throw error;
    }
  });

/** An absolute http or https URL without macros. */
export const IsWebUrl = () =>
  checked('isWebUrl', (value) =>
    isWebUrl(value) ? undefined : 'must be an absolute URL that starts with https:// or http://',
  );

/** Whether a value is an absolute http or https URL. URL parsers drop control characters silently; we refuse them. */
export function isWebUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && !/[\p{Cc}\s]/u.test(value) && URL.canParse(value);
}

/** A host in lower case with an optional port, or `*.` and one for every host below it. */
export const IsHostPattern = (options?: ValidationOptions) =>
  checked(
    'isHostPattern',
    (value) => {
      const host = typeof value === 'string' ? value.replace(/^\*\./, '') : '';
      // What is left after `*.` is compared with a host as it stands: a star or an empty label would match none.
      const isPlain = host !== '' && !/^\.|\.\.|\*/.test(host);
      const isHost = isPlain && URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host;
      return isHost ? undefined : 'must be a host in lower case such as "shop.example" or "*.shop.example"';
    },
    options,
  );

/** A moment in RFC 3339 with its offset. */
export const IsTime = () =>
  checked('isTime', (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/.test(value) &&
    isOfTheCalendar(value) &&
    !Number.isNaN(Date.parse(value))
      ? undefined
      : 'must be a time such as "2026-12-24T18:00:00Z"',
  );

/** A `whsec_` secret. */
export const IsSecret = (options?: ValidationOptions) =>
  checked(
    'isSecret',
    (value) =>
      typeof value === 'string' && value.startsWith('whsec_')
        ? saying(() => createSigner(value))
        : 'must be a secret that starts with "whsec_"',
    options,
  );

/** A `whpk_` public key. */
export const IsPublicKey = (options?: ValidationOptions) =>
  checked(
    'isPublicKey',
    (value) =>
      typeof value === 'string' && value.startsWith('whpk_')
        ? saying(() => createVerifier(value))
        : 'must be a public key that starts with "whpk_"',
    options,
  );

/** An IP address or a CIDR range. */
export const IsAddressRange = (options?: ValidationOptions) =>
  checked(
    'isAddressRange',
    (value) => (typeof value === 'string' ? saying(() => addAddressRange(new BlockList(), value)) : 'must be a string'),
    options,
  );

/**
 * Adds an address or CIDR range to a list.
 *
 * @throws Error that says what an address range looks like.
 */
export function addAddressRange(list: BlockList, range: string): void {
  const [address = '', prefix, ...rest] = range.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || rest.length > 0 || !(length <= bits)) {
    throw new Error('must be an IP address or CIDR range such as "203.0.113.0/24" or "2001:db8::/32"');
  }
  list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
}

/** A decimal percentage as text, such as "12.5". */
export const IsPercent = () =>
  checked('isPercent', (value) =>
    typeof value === 'string' ? saying(() => percentOf(0n, value)) : 'must be a decimal string such as "12.5"',
  );

/** Where a payout tier begins: a whole number, or a decimal string, since amounts of money are never numbers. */
export const IsTierStart = () =>
  checked('isTierStart', (value) =>
    (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) ||
    (typeof value === 'string' && /^(0|[1-9]\d{0,14})(\.\d{1,4})?$/.test(value))
      ? undefined
      : 'must be a whole number of conversions such as 100, or an amount of revenue such as "1000.00"',
  );

/** What amounts of money are, to those who send numbers. */
export const AMOUNT: ValidationOptions = { message: 'must be a decimal string such as "49.90"' };

/** Says what is wrong with an amount of a currency, or nothing. */
export function amountFault(amount: string, currency: string): string | undefined {
  try {
    currencyExponent(currency);
    return parseAmount(amount, currency) < 0n ? 'must not be negative' : undefined;
  } catch (error) {
    if (error instanceof MoneyError) return error.message;
    throw error;
  }
}
