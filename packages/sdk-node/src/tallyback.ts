import { type ConversionUpdate, type Parsed, parseConversion, parseConversionUpdate } from '@tallyback/protocol';
import { Acceptance } from './acceptance.js';
import { resolveClickToken } from './click-token.js';
import type { ConversionInput, ConvertContext } from './conversion-input.js';
import { DeadLetters } from './dead-letters.js';
import { within } from './deadline.js';
import { Dispatcher } from './delivery/dispatcher.js';
import type { DeliveryEvents } from './delivery/events.js';
import { retryPolicy } from './delivery/retry-policy.js';
import { SettlementBatcher } from './delivery/settlement-batcher.js';
import { asQueueUnavailable, InvalidConversionError, QueueUnavailableError } from './errors.js';
import { guarded } from './guarded.js';
import { boundMs, checkCall, checkContext, checkListener } from './option-checks.js';
import { type Settings, settle, type TallybackOptions } from './options.js';
import { recalledFor } from './recall.js';
import type { DeliveryReport, Receipt } from './receipt.js';
import { type Stats, stats } from './stats.js';
import { LazyTelemetry } from './telemetry/lazy-telemetry.js';
import { type Listener, TypedEmitter } from './typed-emitter.js';
import { type Unacknowledged, type UnacknowledgedQuery, unacknowledged } from './unacknowledged.js';

export interface BoundOptions {
  /** At most this long, in milliseconds; less than 100 is read as 100, more than 2^31 - 1 as that. Default 10,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const MIN_TIMEOUT_MS = 100;

/**
 * Takes conversions where they happen and delivers them until they are confirmed.
 *
 * Construct one per process. It begins by itself, right after construction, to deliver what an earlier process left in the
 * queue. Nothing it does later can crash the host: what goes wrong in the background goes to the logger and the events.
 */
export class Tallyback {
  readonly #settings: Settings;
  readonly #emitter: TypedEmitter<DeliveryEvents>;
  readonly #dispatcher: Dispatcher;
  readonly #acceptance: Acceptance;
  readonly #telemetry: LazyTelemetry;
  /** What was given up: listed, tried again or deleted. */
  readonly deadLetters: DeadLetters;
  #closing: Promise<DeliveryReport> | undefined;

  /** @throws {ConfigurationError} when an option cannot work */
  constructor(options: TallybackOptions) {
    const settings = settle(options);
    const { queue, logger, retrySchedule, random, now, inline } = settings;
    this.#settings = settings;
    this.#emitter = new TypedEmitter((error, event) => {
      logger.error(`a listener of "${event}" failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#telemetry = new LazyTelemetry(settings.telemetry, (error) => {
      logger.error(`telemetry failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    const context = {
      ...settings,
      background: !inline,
      telemetry: this.#telemetry,
      batcher: new SettlementBatcher(queue),
      policy: retryPolicy(retrySchedule, random),
      emitter: this.#emitter,
    };
    this.#dispatcher = new Dispatcher(context, settings.destinations);
    const wake = () => {
      if (!inline) this.#dispatcher.wake();
    };
    this.#acceptance = new Acceptance(settings, this.#emitter, this.#telemetry, (name) => {
      this.#dispatcher.gaveUp(name);
    });
    this.deadLetters = new DeadLetters(queue, now, wake);
    // A transaction was committed, perhaps while a request is being answered.
    queue.watch?.(() => this.#announce(wake));
    // Deferred, so that listeners added right after construction miss nothing. A queue that cannot be opened is retried.
    setImmediate(() => {
      if (!this.#closing) void this.#telemetry.load();
      wake();
    });
  }

  /**
   * Stores a conversion for every destination. Resolves once it is durable; never waits for the network and never rejects
   * because of a destination.
   *
   * @param context who converted, and the transaction to join
   * @returns the receipt; for a second call with the same (event, transaction id) the first one, `deduplicated`
   * @throws {InvalidConversionError} with all faults, when it breaks the rules
   * @throws {ConfigurationError} when `manager` is given and the queue can join no transaction, or `context` is no object
   * @throws {QueueUnavailableError} when nothing could be stored
   */
  async convert(conversion: ConversionInput, context: ConvertContext = {}): Promise<Receipt> {
    const known = checkContext(context);
    const { conversion: own, context: told } = resolveClickToken(conversion, known);
    const data = accepted(parseConversion(own));
    return await this.#accept({ type: 'conversion.created', data }, told, known.manager);
  }

  /**
   * Reports a new status or revenue of a conversion: a refund, an approval. Every call is a message of its own, and none
   * overtakes an earlier one of the same (event, transaction id).
   *
   * @param context who converted, and the transaction to join
   * @throws {InvalidConversionError} with all faults, when it breaks the rules
   * @throws {ConfigurationError} when `manager` is given and the queue can join no transaction, or `context` is no object
   * @throws {QueueUnavailableError} when nothing could be stored
   */
  async update(update: ConversionUpdate, context: ConvertContext = {}): Promise<Receipt> {
    const { manager, person } = checkContext(context);
    const data = accepted(parseConversionUpdate(update));
    this.#check('; nothing was stored');
    const recalled = await recalledFor(this.#settings, data, manager);
    const told = { ...(person === undefined ? {} : { person }), ...(recalled === undefined ? {} : { recalled }) };
    return this.#accept({ type: 'conversion.updated', data }, told, manager);
  }

  /**
   * Opens the queue and begins to deliver. Not needed: construction does the same without telling of a failure.
   *
   * @throws {QueueUnavailableError} when the queue cannot be opened
   */
  async start(): Promise<void> {
    this.#check();
    await this.#telemetry.load();
    await this.#settings.queue.open().catch((error: unknown) => {
      throw asQueueUnavailable(error, 'The queue cannot be opened');
    });
    if (!this.#settings.inline) this.#dispatcher.wake();
  }

  /**
   * Waits until nothing is due and nothing in flight, including what is added meanwhile, but no longer than `timeoutMs`.
   * What waits for a later retry does not hold it up.
   *
   * @throws {ConfigurationError} when `timeoutMs` is no number, or there is an unknown option
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  async flush(options: BoundOptions = {}): Promise<DeliveryReport> {
    this.#check();
    const boundedMs = bound('flush()', options);
    const end = performance.now() + boundedMs;
    await within(this.#dispatcher.drained(), boundedMs - reserve(boundedMs));
    return this.#report(end);
  }

  /**
   * Delivers what is due like {@link flush}, then stops: requests still running near `timeoutMs` are cut off and handed
   * back to the queue, which is closed. A durable queue delivers the rest at the next start. A second call gets the same
   * answer.
   *
   * @throws {ConfigurationError} when `timeoutMs` is no number, or there is an unknown option
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  close(options: BoundOptions = {}): Promise<DeliveryReport> {
    try {
      this.#closing ??= this.#close(bound('close()', options));
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#closing;
  }

  /**
   * Which conversions are not confirmed by whom: what waits, is in flight or was given up. A destination that takes
   * everything without a look has confirmed what it took.
   *
   * @throws {ConfigurationError} when `since` or `before` is no time
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  async unacknowledged(query: UnacknowledgedQuery = {}): Promise<Unacknowledged[]> {
    this.#check();
    checkCall('unacknowledged()', query, ['since', 'before']);
    return unacknowledged(this.#settings.queue, query);
  }

  /**
   * What each destination did since construction, and what the queue holds for it.
   *
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  async stats(): Promise<Stats> {
    this.#check();
    return stats(this.#settings.queue, this.#dispatcher);
  }

  /**
   * Adds a listener. What it throws goes to the logger.
   *
   * @throws {ConfigurationError} when there is no such event, or the listener is no function
   */
  on<Name extends keyof DeliveryEvents>(name: Name, listener: Listener<DeliveryEvents[Name]>): this {
    checkListener(name, listener);
    this.#emitter.on(name, listener);
    return this;
  }

  /**
   * Adds a listener for one event only.
   *
   * @throws {ConfigurationError} like {@link on}
   */
  once<Name extends keyof DeliveryEvents>(name: Name, listener: Listener<DeliveryEvents[Name]>): this {
    checkListener(name, listener);
    this.#emitter.once(name, listener);
    return this;
  }

  /** Removes a listener. */
  off<Name extends keyof DeliveryEvents>(name: Name, listener: Listener<DeliveryEvents[Name]>): this {
    this.#emitter.off(name, listener);
    return this;
  }

  async #accept(...given: Parameters<Acceptance['accept']>): Promise<Receipt> {
    this.#check('; nothing was stored');
    const { inline, waitUntil } = this.#settings;
    const { receipt, claimable } = await this.#acceptance.accept(...given);
    // In a transaction nothing can be claimed before its commit, which is announced by the queue.
    if (!claimable) return receipt;
    if (inline && !waitUntil) await this.#work();
    else this.#announce(() => this.#dispatcher.wake());
    return receipt;
  }

  /** Something can be delivered: hands the work over to whoever keeps the function alive, or does it in the background. */
  #announce(wake: () => void): void {
    const { waitUntil, logger } = this.#settings;
    if (!waitUntil) {
      wake();
      return;
    }
    guarded(
      () => waitUntil(this.#work()),
      (error) => logger.error(`waitUntil failed: ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  /** Everything due, attempted, within the time of one attempt. */
  async #work(): Promise<void> {
    await within(this.#dispatcher.drained(), this.#settings.attemptTimeoutMs);
  }

  async #close(timeoutMs: number): Promise<DeliveryReport> {
    const { queue, logger } = this.#settings;
    const end = performance.now() + timeoutMs;
    const left = () => Math.max(0, end - performance.now());
    await within(this.#dispatcher.drained(), left() - reserve(timeoutMs));
    const stopped = await within(this.#dispatcher.stop(), left() - reserve(timeoutMs) / 2);
    if (!stopped) logger.warn('closed before every lease was handed back; they run out by themselves');
    try {
      return await this.#report(end - reserve(timeoutMs) / 4);
    } finally {
      await within(queue.close(), left());
    }
  }

  async #report(end: number): Promise<DeliveryReport> {
    const { queue, destinations } = this.#settings;
    const counting = queue.counts([...destinations.keys()]);
    try {
      if (await within(counting, end - performance.now())) {
        const { pending, inFlight, dead } = await counting;
        return { delivered: this.#dispatcher.delivered, pending: pending + inFlight, dead };
      }
    } catch (error) {
      throw asQueueUnavailable(error, 'The queue cannot be counted');
    }
    throw new QueueUnavailableError('The queue could not be counted in time; what it holds is unaffected.');
  }

  #check(consequence = ''): void {
    if (this.#closing) throw new QueueUnavailableError(`This Tallyback is closed${consequence}.`);
  }
}

/** The end of the time that is kept for handing back and counting: a fifth, a second at most. */
function reserve(timeoutMs: number): number {
  return Math.min(timeoutMs / 5, 1_000);
}

function bound(call: string, options: BoundOptions): number {
  checkCall(call, options, ['timeoutMs']);
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return boundMs(timeoutMs, MIN_TIMEOUT_MS);
}

function accepted<Value>(parsed: Parsed<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw new InvalidConversionError(parsed.faults);
}
