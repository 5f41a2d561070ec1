import { nearest } from '@tallyback/protocol';
import type { PartnerPostbackOptions } from './partner-postbacks/postback-faults.js';
import type { FirstPartyCookieOptions, TrackerOptions } from './tracker.options.js';

const KEEP = ['truncate', 'hash', 'none', 'full'];
/** Node's timers fire at once for longer delays. */
const MAX_DELAY_MS = 2 ** 31 - 1;
/** RFC 6265's cookie-name. */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const REFERRER_POLICIES = [
  ...['no-referrer', 'no-referrer-when-downgrade', 'origin', 'origin-when-cross-origin', 'same-origin'],
  ...['strict-origin', 'strict-origin-when-cross-origin', 'unsafe-url'],
];

const POSTBACK_OPTIONS: Record<keyof PartnerPostbackOptions, true> = {
  allowPrivateAddresses: true,
  attemptTimeoutMs: true,
  leaseMs: true,
  pauseAfter: true,
  retrySchedule: true,
};
const COOKIE_OPTIONS: Record<keyof FirstPartyCookieOptions, true> = { domain: true, maxAgeSeconds: true, name: true };

/**
 * Checks what options say, as far as nobody else does who reads them: a value from the environment that is no number, or
 * is misspelt, must not show only when the first message comes.
 *
 * @throws Error that names the option and says what it may be.
 */
export function checkValues(options: TrackerOptions): void {
  const { adminToken, signatureToleranceSeconds: tolerance, referrerPolicy, keepIp, keepUserAgent } = options;
  requireThat(
    'adminToken',
    adminToken,
    (text) => typeof text === 'string' && !/\s/.test(text),
    'a text without blanks',
  );
  const isTolerance = (value: unknown) => isNumber(value, 0, 86_400);
  requireThat('signatureToleranceSeconds', tolerance, isTolerance, 'a number of seconds, 0 to 86,400');
  // Several may stand in the header: browsers take the last one that they know.
  const isPolicy = (value: unknown) => `${value}`.split(/, ?/).every((policy) => REFERRER_POLICIES.includes(policy));
  requireThat('referrerPolicy', referrerPolicy, isPolicy, `one of ${REFERRER_POLICIES.join(', ')}`);
  const isKept = (value: unknown) => KEEP.includes(value as string);
  requireThat('keepIp', keepIp, isKept, `one of ${KEEP.join(', ')}`);
  requireThat('keepUserAgent', keepUserAgent, isKept, `one of ${KEEP.join(', ')}`);
  checkPostbacks(options.partnerPostbacks);
  checkCookie(options.firstPartyCookie);
}

function checkPostbacks(options: PartnerPostbackOptions | undefined): void {
  if (options === undefined) return;
  requireNames('partnerPostbacks', options, Object.keys(POSTBACK_OPTIONS));
  const { allowPrivateAddresses, attemptTimeoutMs, leaseMs, pauseAfter, retrySchedule } = options;
  const isBoolean = (value: unknown) => typeof value === 'boolean';
  requireThat('partnerPostbacks.allowPrivateAddresses', allowPrivateAddresses, isBoolean, 'true or false');
  const isPause = (value: unknown) => value === false || (Number.isInteger(value) && isNumber(value, 1, 10_000));
  requireThat('partnerPostbacks.pauseAfter', pauseAfter, isPause, 'a whole number from 1 to 10,000, or false');
  const isDelay = (value: unknown) => isNumber(value, 0, MAX_DELAY_MS);
  const isSchedule = (value: unknown) => Array.isArray(value) && value.every(isDelay);
  requireThat('partnerPostbacks.retrySchedule', retrySchedule, isSchedule, 'a list of milliseconds');
  const isTime = (value: unknown) => isNumber(value, 1, MAX_DELAY_MS);
  requireThat('partnerPostbacks.attemptTimeoutMs', attemptTimeoutMs, isTime, 'a number of milliseconds above 0');
  requireThat('partnerPostbacks.leaseMs', leaseMs, isTime, 'a number of milliseconds above 0');
}

function checkCookie(options: FirstPartyCookieOptions | undefined): void {
  if (options === undefined) return;
  requireNames('firstPartyCookie', options, Object.keys(COOKIE_OPTIONS));
  const { name, maxAgeSeconds } = options;
  const isName = (value: unknown) => typeof value === 'string' && COOKIE_NAME.test(value);
  requireThat('firstPartyCookie.name', name, isName, 'the name of a cookie: no blanks, commas or semicolons');
  const isAge = (value: unknown) => Number.isInteger(value) && isNumber(value, 1, Number.MAX_SAFE_INTEGER);
  requireThat('firstPartyCookie.maxAgeSeconds', maxAgeSeconds, isAge, 'a whole number of seconds from 1 on');
}

function requireNames(option: string, value: object, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) {
    throw new Error(`TrackerModule: ${option} must be an object with some of ${names.join(', ')}.`);
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, names);
  const hint = meant ? `Did you mean "${meant}"?` : `There are ${names.join(', ')}.`;
  throw new Error(`TrackerModule: there is no option "${option}.${unknown}". ${hint}`);
}

function requireThat(option: string, value: unknown, isRight: (value: unknown) => boolean, what: string): void {
  if (value === undefined || isRight(value)) return;
  throw new Error(`TrackerModule: ${option} must be ${what}.`);
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
