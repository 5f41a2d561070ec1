import { LEASE_MARGIN_MS } from './delivery/lane.js';
import { type Redact, redactor } from './delivery/redact.js';
import { DEFAULT_RETRY_SCHEDULE } from './delivery/retry-policy.js';
import type { Destination } from './destinations/destination.js';
import { ConfigurationError } from './errors.js';
import { defaultLogger, type Logger, safeLogger } from './logger.js';
import { checkOptions, checkTypes } from './option-checks.js';
import type { Queue } from './queue/queue.js';
import { type RecallField, recallFields } from './recall.js';
import { sqliteQueue } from './sqlite.js';

export interface TallybackOptions {
  /** Where deliveries wait. Default `sqliteQueue()`: the file `var/tallyback.db`. Closed by `close()`. */
  readonly queue?: Queue;
  /** Where every conversion goes, by name. The name is stored with each delivery: keep it stable. At least one. */
  readonly destinations: Readonly<Record<string, Destination>>;
  /**
   * Delays between attempts in milliseconds; each varies by 10 % both ways. Default: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h,
   * 14 h, 20 h, 24 h (about 76 h).
   */
  readonly retrySchedule?: readonly number[];
  /** How long one attempt may take, from connecting to the last byte of the answer. Default 15,000 ms. */
  readonly attemptTimeoutMs?: number;
  /**
   * How long a claimed delivery stays with this process without a word; that long it waits after the process was killed.
   * At least `attemptTimeoutMs` + 5,000. Default 2 x `attemptTimeoutMs` + 15,000 ms.
   */
  readonly leaseMs?: number;
  /**
   * For functions that are frozen between requests (AWS Lambda, Vercel): nothing is done in the background. `convert()` and
   * `update()` store the message, then everything due is attempted once: before they resolve, or, with {@link waitUntil},
   * after. They take no longer than storing and one attempt. What fails stays in the queue, which has to outlive the
   * function (`typeormQueue()`, `bullmqQueue()`), for the next call, a cron job with `flush()`, or a server on the same
   * queue. Default false.
   */
  readonly inline?: boolean;
  /**
   * Given a promise for each stored message; it resolves, never rejects, when nothing is due any more or one attempt's time
   * is over. For platforms that keep a function alive as long as such a promise is pending.
   */
  readonly waitUntil?: (work: Promise<void>) => void;
  /** Spans and metrics when `@opentelemetry/api` is installed. Default true. */
  readonly telemetry?: boolean;
  /** Default: warnings and errors to standard error. Never sees the destinations' secrets. */
  readonly logger?: Logger;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Randomness of the jitter, in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** @internal The options with defaults, checked. */
export interface Settings {
  readonly queue: Queue;
  readonly destinations: ReadonlyMap<string, Destination>;
  /** What is kept of every conversion for its updates. */
  readonly recalls: readonly RecallField[];
  readonly retrySchedule: readonly number[];
  readonly attemptTimeoutMs: number;
  readonly leaseMs: number;
  readonly inline: boolean;
  readonly waitUntil: ((work: Promise<void>) => void) | undefined;
  readonly telemetry: boolean;
  readonly logger: Logger;
  readonly redact: Redact;
  readonly now: () => number;
  readonly random: () => number;
}

const DESTINATION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** @throws {ConfigurationError} for the first option that cannot work */
export function settle(options: TallybackOptions): Settings {
  checkOptions(options);
  checkTypes(options);
  const attemptTimeoutMs = milliseconds('attemptTimeoutMs', options.attemptTimeoutMs ?? 15_000, 1);
  const leaseMs = options.leaseMs ?? 2 * attemptTimeoutMs + 15_000;
  const destinations = destinationsOf(options.destinations);
  const redact = redactor([...destinations.values()].flatMap(({ secrets = [] }) => secrets));
  return {
    destinations,
    recalls: recallFields(destinations.values()),
    redact,
    inline: options.inline ?? false,
    waitUntil: options.waitUntil,
    telemetry: options.telemetry ?? true,
    retrySchedule: scheduleOf(options.retrySchedule ?? DEFAULT_RETRY_SCHEDULE),
    attemptTimeoutMs,
    leaseMs: milliseconds('leaseMs', leaseMs, attemptTimeoutMs + LEASE_MARGIN_MS),
    logger: safeLogger(options.logger ?? defaultLogger, redact),
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    queue: options.queue ?? sqliteQueue(),
  };
}

function destinationsOf(given: TallybackOptions['destinations']): ReadonlyMap<string, Destination> {
  const entries = Object.entries(given ?? {});
  if (entries.length === 0) {
    throw new ConfigurationError(
      'destinations',
      'is empty; name at least one, e.g. { house: tracker({ url, advertiser, secret }) }',
    );
  }
  for (const [name, destination] of entries) {
    if (!DESTINATION_NAME.test(name)) {
      throw new ConfigurationError(`destinations.${name}`, `the name must match ${DESTINATION_NAME}`);
    }
    if (typeof destination?.toRequest !== 'function' || typeof destination.classify !== 'function') {
      throw new ConfigurationError(
        `destinations.${name}`,
        'is not a destination; make one with tracker() of @tallyback/sdk-node/destinations',
      );
    }
  }
  return new Map(entries);
}

function scheduleOf(schedule: readonly number[]): readonly number[] {
  if (!Array.isArray(schedule)) throw new ConfigurationError('retrySchedule', 'must be an array of milliseconds');
  return schedule.map((delay, index) => milliseconds(`retrySchedule[${index}]`, delay, 0));
}

function milliseconds(option: string, value: number, least: number): number {
  // Beyond 2^31 - 1 Node's timers fire at once.
  if (Number.isFinite(value) && value >= least && value <= 2 ** 31 - 1) return value;
  throw new ConfigurationError(option, `must be a number of milliseconds, at least ${least}`);
}
