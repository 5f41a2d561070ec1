import {
  type Conversion,
  type ConversionMessage,
  type ConversionUpdate,
  createId,
  MAX_MESSAGE_BYTES,
  type Parsed,
  parseConversion,
  parseConversionUpdate,
  serializeMessage,
} from '@tallyback/protocol';
import { within } from './deadline.js';
import { Dispatcher } from './delivery/dispatcher.js';
import type { DeliveryEvents } from './delivery/events.js';
import { retryPolicy } from './delivery/retry-policy.js';
import { SettlementBatcher } from './delivery/settlement-batcher.js';
import { asQueueUnavailable, InvalidConversionError, QueueUnavailableError } from './errors.js';
import { type Settings, settle, type TallybackOptions } from './options.js';
import type { NewDelivery, NewMessage } from './queue/queue.js';
import type { DeliveryReport, Receipt } from './receipt.js';
import { type Listener, TypedEmitter } from './typed-emitter.js';

export interface BoundOptions {
  /** At most this long, in milliseconds; less than 100 is read as 100. Default 10,000. */
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
  #closing: Promise<DeliveryReport> | undefined;

  /** @throws {ConfigurationError} when an option cannot work */
  constructor(options: TallybackOptions) {
    const settings = settle(options);
    const { queue, logger, retrySchedule, random } = settings;
    this.#settings = settings;
    this.#emitter = new TypedEmitter((error, event) => {
      logger.error(`a listener of "${event}" failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    const context = {
      ...settings,
      batcher: new SettlementBatcher(queue),
      policy: retryPolicy(retrySchedule, random),
      emitter: this.#emitter,
    };
    this.#dispatcher = new Dispatcher(context, settings.destinations);
    // Deferred, so that listeners added right after construction miss nothing. A queue that cannot be opened is retried.
    setImmediate(() => this.#dispatcher.wake());
  }

  /**
   * Stores a conversion for every destination. Resolves once it is durable; never waits for the network and never rejects
   * because of a destination.
   *
   * @returns the receipt; for a second call with the same (event, transaction id) the first one, `deduplicated`
   * @throws {InvalidConversionError} with all faults, when it breaks the rules
   * @throws {QueueUnavailableError} when nothing could be stored
   */
  async convert(conversion: Conversion): Promise<Receipt> {
    const data = accepted(parseConversion(conversion));
    return this.#accept('created', { type: 'conversion.created', timestamp: '', data });
  }

  /**
   * Reports a new status or revenue of a conversion: a refund, an approval. Every call is a message of its own, and none
   * overtakes an earlier one of the same (event, transaction id).
   *
   * @throws {InvalidConversionError} with all faults, when it breaks the rules
   * @throws {QueueUnavailableError} when nothing could be stored
   */
  async update(update: ConversionUpdate): Promise<Receipt> {
    const data = accepted(parseConversionUpdate(update));
    return this.#accept('updated', { type: 'conversion.updated', timestamp: '', data });
  }

  /**
   * Opens the queue and begins to deliver. Not needed: construction does the same without telling of a failure.
   *
   * @throws {QueueUnavailableError} when the queue cannot be opened
   */
  async start(): Promise<void> {
    this.#check();
    await this.#settings.queue.open().catch((error: unknown) => {
      throw asQueueUnavailable(error, 'The queue cannot be opened');
    });
    this.#dispatcher.wake();
  }

  /**
   * Waits until nothing is due and nothing in flight, including what is added meanwhile, but no longer than `timeoutMs`.
   * What waits for a later retry does not hold it up.
   *
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  async flush({ timeoutMs = DEFAULT_TIMEOUT_MS }: BoundOptions = {}): Promise<DeliveryReport> {
    this.#check();
    const end = performance.now() + Math.max(timeoutMs, MIN_TIMEOUT_MS);
    await within(this.#dispatcher.drained(), end - performance.now() - reserve(timeoutMs));
    return this.#report(end);
  }

  /**
   * Delivers what is due like {@link flush}, then stops: requests still running near `timeoutMs` are cut off and handed
   * back to the queue, which is closed. A durable queue delivers the rest at the next start. A second call gets the same
   * answer.
   *
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  close({ timeoutMs = DEFAULT_TIMEOUT_MS }: BoundOptions = {}): Promise<DeliveryReport> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** Adds a listener. What it throws goes to the logger. */
  on<Name extends keyof DeliveryEvents>(name: Name, listener: Listener<DeliveryEvents[Name]>): this {
    this.#emitter.on(name, listener);
    return this;
  }

  /** Adds a listener for one event only. */
  once<Name extends keyof DeliveryEvents>(name: Name, listener: Listener<DeliveryEvents[Name]>): this {
    this.#emitter.once(name, listener);
    return this;
  }

  /** Removes a listener. */
  off<Name extends keyof DeliveryEvents>(name: Name, listener: Listener<DeliveryEvents[Name]>): this {
    this.#emitter.off(name, listener);
    return this;
  }

  async #accept(kind: NewMessage['kind'], draft: ConversionMessage): Promise<Receipt> {
    this.#check();
    const { queue, destinations, logger, now } = this.#settings;
    const createdAt = now();
    const acceptedAt = new Date(createdAt).toISOString();
    const message = { ...draft, timestamp: acceptedAt };
    const body = serializeMessage(message);
    checkSize(body);
    const { event, transactionId } = message.data;
    const deliveries: NewDelivery[] = [];
    for (const [name, destination] of destinations) {
      const own = destination.prepare?.(message, {}) ?? body;
      if (typeof own === 'string') deliveries.push({ id: createId(createdAt), destination: name, body: own });
      else if ('dead' in own) logger.error(`${name}: ${transactionId} cannot be sent: ${own.dead}`);
    }
    const id = createId(createdAt);
    const identity = { event, transactionId };
    const result = await queue.enqueue({ id, kind, ...identity, createdAt, deliveries }).catch((error: unknown) => {
      throw asQueueUnavailable(error, 'The conversion was not stored');
    });
    if (!result.stored) {
      const { first } = result;
      const firstAt = new Date(first.createdAt).toISOString();
      return { id: first.id, ...identity, acceptedAt: firstAt, destinations: first.destinations, deduplicated: true };
    }
    this.#dispatcher.wake();
    return {
      id,
      ...identity,
      acceptedAt,
      destinations: deliveries.map(({ destination }) => destination),
      deduplicated: false,
    };
  }

  async #close(timeoutMs: number): Promise<DeliveryReport> {
    const { queue, logger } = this.#settings;
    const end = performance.now() + Math.max(timeoutMs, MIN_TIMEOUT_MS);
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

  #check(): void {
    if (this.#closing) throw new QueueUnavailableError('This Tallyback is closed; nothing was stored.');
  }
}

/** The end of the time that is kept for handing back and counting: a fifth, a second at most. */
function reserve(timeoutMs: number): number {
  return Math.min(Math.max(timeoutMs, MIN_TIMEOUT_MS) / 5, 1_000);
}

function accepted<Value>(parsed: Parsed<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw new InvalidConversionError(parsed.faults);
}

function checkSize(body: string): void {
  // A UTF-16 unit is at most three bytes: most messages need no counting.
  if (body.length * 3 <= MAX_MESSAGE_BYTES) return;
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_MESSAGE_BYTES) return;
  const detail = `the message is ${bytes} bytes long; at most ${MAX_MESSAGE_BYTES} are allowed: send fewer items or less metadata`;
  throw new InvalidConversionError([{ reason: 'malformed_request', field: '', detail }]);
}
