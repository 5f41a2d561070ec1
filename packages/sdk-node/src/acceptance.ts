import { type ConversionMessage, createId, MAX_MESSAGE_BYTES, serializeMessage } from '@tallyback/protocol';
import type { DeliveryEvents } from './delivery/events.js';
import type { Destination, PrepareContext, Prepared } from './destinations/destination.js';
import { synchronous } from './destinations/synchronous.js';
import { asQueueUnavailable, ConfigurationError, InvalidConversionError } from './errors.js';
import { isoTime } from './iso-time.js';
import type { Settings } from './options.js';
import type { EnqueueResult, FirstMessage, NewDelivery, NewMessage } from './queue/queue.js';
import { recallOf } from './recall.js';
import type { Receipt } from './receipt.js';
import type { Telemetry } from './telemetry/telemetry.js';
import type { TypedEmitter } from './typed-emitter.js';

type Draft = Pick<ConversionMessage, 'type' | 'data'>;

export interface Accepted {
  readonly receipt: Receipt;
  readonly claimable: boolean;
}

/** Turns a checked message into stored deliveries. */
export class Acceptance {
  /** @param onDead told the name of a destination that is not going to get it */
  constructor(
    private readonly settings: Settings,
    private readonly emitter: TypedEmitter<DeliveryEvents>,
    private readonly telemetry: Telemetry,
    private readonly onDead: (destination: string) => void,
  ) {}

  /**
   * @param transaction what the queue joins instead of a transaction of its own
   * @returns the receipt, and whether something can be claimed now: not before the commit of a transaction that was joined
   * @throws {InvalidConversionError} when the message is too long
   * @throws {ConfigurationError} when the queue can join no transaction
   * @throws {QueueUnavailableError} when it was not stored
   */
  async accept(draft: Draft, context: PrepareContext, transaction?: unknown): Promise<Accepted> {
    const { queue, now, recalls } = this.settings;
    if (transaction !== undefined && !queue.joinsTransactions) {
      throw new ConfigurationError('manager', 'needs typeormQueue(); other queues cannot join a transaction');
    }
    const createdAt = now();
    const acceptedAt = isoTime(createdAt);
    const { type, data } = draft;
    const { event, transactionId } = data as { event: string; transactionId: string };
    const deliveries = this.#deliveries({ type, timestamp: acceptedAt, data } as ConversionMessage, context, createdAt);
    const kind: NewMessage['kind'] = type === 'conversion.created' ? 'created' : 'updated';
    const whole: NewMessage = { id: createId(createdAt), kind, event, transactionId, createdAt, deliveries };
    const stored = kind === 'created' && recalls.length > 0 ? { ...whole, recall: recallOf(data, recalls) } : whole;
    let result: EnqueueResult;
    try {
      result = await queue.enqueue(stored, transaction);
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw asQueueUnavailable(error, 'The conversion was not stored');
    }
    const receipt = result.stored ? receiptOf(stored, acceptedAt) : receiptOfFirst(stored, result.first);
    if (result.stored) this.#reportDead(stored);
    if (this.telemetry.active) this.#tell(type, receipt, createdAt);
    return { receipt, claimable: result.stored && !result.joined };
  }

  #tell(
    type: Draft['type'],
    { event, transactionId, id, deduplicated, destinations }: Receipt,
    startedAt: number,
  ): void {
    const told = { type, event, transactionId, id, deduplicated, destinations: destinations.length };
    this.telemetry.accepted({ ...told, startedAt, endedAt: this.settings.now() });
  }

  #deliveries(message: ConversionMessage, context: PrepareContext, createdAt: number): NewDelivery[] {
    const whole = serializeMessage(message);
    checkSize(whole);
    const deliveries: NewDelivery[] = [];
    for (const [destination, { prepare }] of this.settings.destinations) {
      const own = prepare ? this.#prepared(destination, message, context) : whole;
      const id = createId(createdAt);
      if (typeof own === 'string') deliveries.push({ id, destination, body: own });
      else if ('dead' in own) deliveries.push({ id, destination, body: '', dead: this.settings.redact(own.dead) });
    }
    return deliveries;
  }

  /** No destination can make convert() fail: what it throws is kept for somebody to see. */
  #prepared(name: string, message: ConversionMessage, context: PrepareContext): Prepared {
    const destination = this.settings.destinations.get(name) as Destination;
    try {
      // Never awaited: convert() does not wait for anything but the disk.
      return checkPrepared(synchronous('prepare', destination.prepare?.(message, context)));
    } catch (error) {
      return { dead: `it could not be prepared: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  #reportDead({ event, transactionId, deliveries }: NewMessage): void {
    for (const { id, destination, dead } of deliveries) {
      if (dead === undefined) continue;
      this.onDead(destination);
      this.settings.logger.error(`${destination}: ${id} can never be sent and is kept as a dead letter: ${dead}`);
      this.emitter.emit('dead', () => ({ id, destination, event, transactionId, attempt: 0, why: dead }));
    }
  }
}

function receiptOf({ id, event, transactionId, deliveries }: NewMessage, acceptedAt: string): Receipt {
  const destinations = deliveries.map(({ destination }) => destination);
  return { id, event, transactionId, acceptedAt, destinations, deduplicated: false };
}

function receiptOfFirst({ event, transactionId }: NewMessage, { id, createdAt, destinations }: FirstMessage): Receipt {
  return { id, event, transactionId, acceptedAt: isoTime(createdAt), destinations, deduplicated: true };
}

/** Code without types may return anything; what is not understood must not vanish. */
function checkPrepared(prepared: unknown): Prepared {
  if (typeof prepared === 'string') return prepared;
  const { skip, dead } = (prepared ?? {}) as { skip?: unknown; dead?: unknown };
  if (typeof skip === 'string') return { skip };
  if (typeof dead === 'string') return { dead };
  throw new TypeError('`prepare` must return the body, { skip: reason } or { dead: reason }');
}

function checkSize(body: string): void {
  // A UTF-16 unit is at most three bytes: most messages need no counting.
  if (body.length * 3 <= MAX_MESSAGE_BYTES) return;
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_MESSAGE_BYTES) return;
  const detail = `the message is ${bytes} bytes long; at most ${MAX_MESSAGE_BYTES} are allowed: send fewer items or less metadata`;
  throw new InvalidConversionError([{ reason: 'malformed_request', field: '', detail }]);
}
