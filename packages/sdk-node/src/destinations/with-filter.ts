import { type ConversionMessage, EVENT_PATTERN, parseConversionMessage, serializeMessage } from '@tallyback/protocol';
import { ConfigurationError } from '../errors.js';
import { withRecalled } from '../recall.js';
import type { Destination, DestinationOptions, PrepareContext, Prepared } from './destination.js';
import { checkKnown, checkMembers } from './known-options.js';
import { synchronous } from './synchronous.js';

// Beyond this Node's timers fire at once.
const MAX_MILLISECONDS = 2 ** 31 - 1;

/**
 * A destination of your own with what every destination can be told: which conversions it gets, in which form, and its limits.
 * A filter that throws or is `async` makes a dead letter of the conversion; it neither loses it nor fails `convert()`.
 *
 * @throws {ConfigurationError} when an option cannot work or does not exist
 */
export function withFilter(destination: Destination, options: DestinationOptions): Destination {
  if (typeof destination?.toRequest !== 'function' || typeof destination.classify !== 'function') {
    throw new ConfigurationError('destination', 'must be a destination, with the methods toRequest and classify');
  }
  checkKnown('withFilter', options, []);
  return filtered(destination, options);
}

/**
 * @internal The destination with what every destination can be told: which conversions it gets, in which form, and its limits. A filter
 * that throws or is `async` makes a dead letter of the conversion; it neither loses it nor fails `convert()`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function filtered(destination: Destination, options: DestinationOptions): Destination {
  const limits = limitsOf(options);
  const { on, when, map } = options;
  checkFilter(options);
  const chooses = on !== undefined || when !== undefined || map !== undefined;
  if (!chooses && !destination.prepare) return { ...destination, ...limits };
  return {
    ...destination,
    ...limits,
    prepare(given: ConversionMessage, context: PrepareContext): Prepared {
      try {
        const message = withRecalled(given, context.recalled, destination.recalls);
        if (on && !on.includes(message.data.event)) return { skip: `the event ${message.data.event} is not in \`on\`` };
        if (when && !synchronous('when', when(message))) return { skip: '`when` left it out' };
        const own = map ? mapped(synchronous('map', map(message))) : message;
        return destination.prepare ? destination.prepare(own, context) : serializeMessage(own);
      } catch (error) {
        return { dead: `it could not be prepared: ${error instanceof Error ? error.message : String(error)}` };
      }
    },
  };
}

/** Code without types may return anything. */
function mapped(message: unknown): ConversionMessage {
  const parsed = parseConversionMessage(message);
  if (parsed.ok) return parsed.value;
  const faults = parsed.faults.map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`));
  throw new Error(`\`map\` gave an invalid message: ${faults.join('; ')}`);
}

function checkFilter({ on, when, map }: DestinationOptions): void {
  if (on !== undefined) {
    if (!Array.isArray(on) || on.length === 0) {
      throw new ConfigurationError('on', "must be a list of events such as ['purchase']; leave it out for all events");
    }
    const wrong = on.findIndex((event) => typeof event !== 'string' || !EVENT_PATTERN.test(event));
    if (wrong >= 0) throw new ConfigurationError(`on[${wrong}]`, `must be an event and match ${EVENT_PATTERN}`);
  }
  for (const [name, value] of Object.entries({ when, map })) {
    if (value !== undefined && typeof value !== 'function') throw new ConfigurationError(name, 'must be a function');
  }
}

/** Only what is given, so that it does not hide what the destination says itself. */
function limitsOf(options: DestinationOptions): Partial<Destination> {
  const { concurrency, ratePerSecond, burst, windowMs, timeoutMs, breaker } = options;
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency >= 1 && concurrency <= 1024)) {
    throw new ConfigurationError('concurrency', 'must be a whole number from 1 to 1024');
  }
  if (ratePerSecond !== undefined && !(Number.isFinite(ratePerSecond) && ratePerSecond > 0)) {
    throw new ConfigurationError('ratePerSecond', 'must be a number above 0');
  }
  if (burst !== undefined && !(Number.isSafeInteger(burst) && burst >= 1)) {
    throw new ConfigurationError('burst', 'must be a whole number, at least 1');
  }
  checkBreaker(breaker);
  checkMilliseconds('windowMs', windowMs, Number.MAX_SAFE_INTEGER);
  checkMilliseconds('timeoutMs', timeoutMs, MAX_MILLISECONDS);
  const given = Object.entries({ concurrency, ratePerSecond, burst, windowMs, timeoutMs, breaker });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function checkBreaker(breaker: DestinationOptions['breaker']): void {
  if (breaker === undefined || breaker === false) return;
  if (typeof breaker !== 'object' || breaker === null) {
    throw new ConfigurationError('breaker', 'must be false or { failures, openMs, maxOpenMs }');
  }
  checkMembers('breaker', breaker, ['failures', 'openMs', 'maxOpenMs']);
  const { failures, openMs, maxOpenMs } = breaker;
  if (failures !== undefined && !(Number.isSafeInteger(failures) && failures >= 1)) {
    throw new ConfigurationError('breaker.failures', 'must be a whole number, at least 1');
  }
  checkMilliseconds('breaker.openMs', openMs, MAX_MILLISECONDS);
  checkMilliseconds('breaker.maxOpenMs', maxOpenMs, MAX_MILLISECONDS);
}

function checkMilliseconds(option: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isFinite(value) && value >= 1 && value <= most)) return;
  throw new ConfigurationError(option, `must be a number of milliseconds from 1 to ${most}`);
}
