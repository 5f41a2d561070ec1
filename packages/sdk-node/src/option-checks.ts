import { types } from 'node:util';
import { parseTimestamp } from '@tallyback/protocol';
import type { ConvertContext } from './conversion-input.js';
import type { DeliveryEvents } from './delivery/events.js';
import { ConfigurationError } from './errors.js';
import { instead } from './nearest-option.js';
import type { TallybackOptions } from './options.js';
import type { Queue } from './queue/queue.js';

// Complete by its type.
const KNOWN: Readonly<Record<keyof TallybackOptions, true>> = {
  queue: true,
  destinations: true,
  retrySchedule: true,
  attemptTimeoutMs: true,
  leaseMs: true,
  inline: true,
  waitUntil: true,
  telemetry: true,
  logger: true,
  now: true,
  random: true,
};

// Complete by its type.
const EVENTS: Readonly<Record<keyof DeliveryEvents, true>> = {
  delivered: true,
  retry: true,
  dead: true,
  breaker: true,
};

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const QUEUE_METHODS = [
  'open',
  'enqueue',
  'recall',
  'claim',
  'settle',
  'extend',
  'nextDue',
  'counts',
  'list',
  'replay',
  'discard',
  'close',
] as const satisfies readonly (keyof Queue)[];

/** Node's timers take no more: a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** @throws {ConfigurationError} when it is no object, or has an option that nobody would ever read */
export function checkOptions(options: unknown): asserts options is TallybackOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('options', 'must be an object with at least `destinations`');
  }
  const known = Object.keys(KNOWN);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(unknown, `is not an option of Tallyback; ${instead(unknown, known)}`);
  }
}

/** @throws {ConfigurationError} for options that are of another type than their readers expect */
export function checkTypes({ queue, logger, inline, telemetry, waitUntil, now, random }: TallybackOptions): void {
  const maker = 'make one with sqliteQueue(), typeormQueue(), bullmqQueue() or memoryQueue()';
  checkMethods('queue', queue, QUEUE_METHODS, `is not a queue; ${maker}`);
  checkMethods('logger', logger, LEVELS, `must have the methods ${LEVELS.join(', ')}, as \`console\` has`);
  checkType('inline', inline, 'boolean', 'true or false');
  checkType('telemetry', telemetry, 'boolean', 'true or false');
  checkType('waitUntil', waitUntil, 'function', 'a function that takes a promise');
  checkType('now', now, 'function', 'a function that returns milliseconds since the epoch, e.g. Date.now');
  checkType('random', random, 'function', 'a function that returns a number in [0, 1), e.g. Math.random');
}

/**
 * How long to wait at most, as timers take it.
 *
 * @throws {ConfigurationError} when it is no number, or NaN
 */
export function boundMs(timeoutMs: unknown, least: number): number {
  if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)) {
    throw new ConfigurationError(
      'timeoutMs',
      'must be a number of milliseconds; Infinity waits as long as a timer can',
    );
  }
  return Math.min(Math.max(timeoutMs, least), MAX_TIMER_MS);
}

/**
 * What a call is told: `undefined` is nothing.
 *
 * @param of the call, e.g. `flush()`
 * @throws {ConfigurationError} when it is no object, or has a member that nobody would ever read
 */
export function checkCall(of: string, given: unknown, known: readonly string[]): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ConfigurationError('options', `of ${of} must be an object, with any of ${known.join(', ')}`);
  }
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(unknown, `is not an option of ${of}; ${instead(unknown, known)}`);
  }
}

/** @throws {ConfigurationError} when nobody would ever be told: no such event, or no function */
export function checkListener(event: unknown, listener: unknown): void {
  const events: readonly string[] = Object.keys(EVENTS);
  if (typeof event !== 'string' || !events.includes(event)) {
    throw new ConfigurationError('event', `\`${String(event)}\` does not exist; ${instead(String(event), events)}`);
  }
  if (typeof listener !== 'function') throw new ConfigurationError('listener', `of "${event}" must be a function`);
}

/**
 * `null`, which plain JavaScript may hand over, is read as nothing told: no order fails for that.
 *
 * @throws {ConfigurationError} when it is no object, or has a member that nobody would ever read
 */
export function checkContext(context: ConvertContext | null): ConvertContext {
  if (context === null) return {};
  if (typeof context === 'object') {
    checkCall('convert() and update()', context, ['manager', 'person']);
    const person: unknown = context.person ?? undefined;
    if (person === undefined || (typeof person === 'object' && !Array.isArray(person))) return context;
    throw new ConfigurationError('person', 'must be an object such as { email, phone, ipAddress, userAgent }');
  }
  throw new ConfigurationError('context', 'must be an object, with `manager` or `person`');
}

/** Before 1973, in milliseconds: rather the seconds of a time of today. */
const EARLIEST_MS = 100_000_000_000;

/**
 * The milliseconds of a time that may be given as a `Date`, as milliseconds, or as receipts tell it (RFC 3339, UTC).
 *
 * @throws {ConfigurationError} when it is given and none of these
 */
export function readTime(option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? parseTimestamp(value) : undefined;
  const time = text === undefined ? value : new Date(text);
  const ms = types.isDate(time) ? time.getTime() : typeof time === 'number' && time >= EARLIEST_MS ? time : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  const wanted = 'must be a valid Date, milliseconds, or a text such as 2026-11-22T10:00:00Z';
  throw new ConfigurationError(option, wanted);
}

function checkType(option: string, value: unknown, type: 'boolean' | 'function', wanted: string): void {
  if (value === undefined || typeof value === type) return;
  throw new ConfigurationError(option, `must be ${wanted}`);
}

function checkMethods(option: string, value: unknown, methods: readonly string[], detail: string): void {
  if (value === undefined) return;
  const given = Object(value) as Record<string, unknown>;
  if (methods.some((name) => typeof given[name] !== 'function')) throw new ConfigurationError(option, detail);
}
