import {
  type Conversion,
  type ConversionMessage,
  type ConversionUpdate,
  MAX_MESSAGE_BYTES,
  MESSAGE_TYPES,
  type MessageType,
} from './conversion.js';
import {
  readAmount,
  readClickId,
  readCurrency,
  readEvent,
  readItems,
  readMetadata,
  readStatus,
  readTime,
  readTransactionId,
} from './conversion-fields.js';
import type { Parsed } from './faults.js';
import { FaultList, FieldReader } from './field-reader.js';
import { nearest } from './nearest.js';

const messageFields = ['type', 'timestamp', 'data'];

const conversionFields = [
  'clickId',
  'event',
  'transactionId',
  'revenue',
  'currency',
  'status',
  'occurredAt',
  'couponCode',
  'customerId',
  'items',
  'payout',
  'metadata',
] as const satisfies ReadonlyArray<keyof Conversion>;

const updateFields = [
  'clickId',
  'event',
  'transactionId',
  'revenue',
  'currency',
  'status',
  'occurredAt',
  'metadata',
] as const satisfies ReadonlyArray<keyof ConversionUpdate>;

// The parts of a message beside its items never come near the limit; the envelope takes less than this.
const ENVELOPE_BYTES = 128;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Where the value stands inside a larger one: prefixed to every field path, e.g. `data`. Default: the root. */
export interface ParseOptions {
  readonly path?: string;
}

/** Reads a conversion (the `data` of a `conversion.created` message), reporting every fault at once. */
export function parseConversion(value: unknown, options?: ParseOptions): Parsed<Conversion & { event: string }> {
  const list = new FaultList();
  const conversion = readConversion(value, options?.path ?? '', list);
  return result(conversion, list);
}

/** Reads an update (the `data` of a `conversion.updated` message), reporting every fault at once. */
export function parseConversionUpdate(
  value: unknown,
  options?: ParseOptions,
): Parsed<ConversionUpdate & { event: string }> {
  const list = new FaultList();
  const update = readUpdate(value, options?.path ?? '', list);
  return result(update, list);
}

/** Reads a whole message from the result of `JSON.parse`, reporting every fault at once. */
export function parseConversionMessage(value: unknown): Parsed<ConversionMessage> {
  const list = new FaultList();
  const fields = FieldReader.open(value, '', messageFields, list, 'a JSON object with type, timestamp and data');
  if (!fields) return result<ConversionMessage>(undefined, list);
  const type = readType(fields);
  const sent = fields.required('timestamp', 'timestamp is required: when the message was made, RFC 3339 UTC');
  const timestamp = readTime(fields, 'timestamp', sent);
  const rawData = fields.required('data', 'data is required: the conversion itself');
  const read = type === 'conversion.updated' ? readUpdate : readConversion;
  const data = rawData === undefined ? undefined : read(rawData, 'data', list);
  return result(type && timestamp && data ? { type, timestamp, data } : undefined, list);
}

/**
 * Reads a message from the bytes of a request body: at most {@link MAX_MESSAGE_BYTES}, strict UTF-8, JSON. What fails before
 * there is an object to look into is one `malformed_request` fault of the whole.
 */
export function parseMessageBytes(body: Uint8Array): Parsed<ConversionMessage> {
  if (body.byteLength > MAX_MESSAGE_BYTES) {
    return malformed(`a message has at most ${MAX_MESSAGE_BYTES} bytes; this one has ${body.byteLength}`);
  }
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return malformed('the body is not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's own message quotes the body, which may hold personal data.
    return malformed('the body is not JSON');
  }
  return parseConversionMessage(value);
}

/** Writes a message as JSON with the fields in their documented order, whatever order they were set in (`metadata` keeps its own). */
export function serializeMessage(message: ConversionMessage): string {
  const { type, timestamp } = message;
  return JSON.stringify({ type, timestamp, data: inOrder(message.data) });
}

/** Spelled out rather than looped over: JSON leaves absent fields out by itself, and this is read for every conversion. */
function inOrder(data: Conversion): Record<keyof Conversion, unknown> {
  return {
    clickId: data.clickId,
    event: data.event,
    transactionId: data.transactionId,
    revenue: data.revenue,
    currency: data.currency,
    status: data.status,
    occurredAt: data.occurredAt,
    couponCode: data.couponCode,
    customerId: data.customerId,
    items: data.items?.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice })),
    payout: data.payout,
    metadata: data.metadata,
  };
}

function readType(fields: FieldReader): MessageType | undefined {
  const value = fields.required('type', `type is required: one of ${MESSAGE_TYPES.join(', ')}`);
  const text = fields.string('type', '"conversion.created"', value);
  if (text === undefined) return undefined;
  const type = MESSAGE_TYPES.find((known) => known === text);
  if (type) return type;
  const suggestion = nearest(text, MESSAGE_TYPES);
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  return fields.fault('invalid_field', 'type', `must be one of ${MESSAGE_TYPES.join(', ')}${hint}`);
}

function readConversion(value: unknown, path: string, list: FaultList): (Conversion & { event: string }) | undefined {
  const fields = FieldReader.open(value, path, conversionFields, list);
  if (!fields) return undefined;
  const currency = readCurrency(fields);
  const { clickId, event, transactionId, revenue, status, occurredAt } = readCommon(fields, currency);
  // Named one by one: to spread an object takes longer than to check it.
  const conversion = defined({
    clickId,
    event,
    transactionId,
    revenue,
    currency,
    status,
    occurredAt,
    couponCode: fields.text('couponCode', '"SPRING"'),
    customerId: fields.text('customerId', '"c_81"'),
    items: readItems(fields, currency),
    payout: readAmount(fields, 'payout', currency),
    metadata: readMetadata(fields),
  });
  const priced = conversion.items?.some((item) => item.unitPrice !== undefined);
  requireCurrency(fields, priced === true || fields.get('revenue') !== undefined || fields.get('payout') !== undefined);
  if (conversion.items && list.faults.length === 0) {
    const size = Buffer.byteLength(JSON.stringify(conversion)) + ENVELOPE_BYTES;
    if (size > MAX_MESSAGE_BYTES) {
      fields.fault('invalid_field', 'items', `makes the message exceed ${MAX_MESSAGE_BYTES} bytes; send fewer items`);
    }
  }
  return conversion;
}

function readUpdate(value: unknown, path: string, list: FaultList): (ConversionUpdate & { event: string }) | undefined {
  const fields = FieldReader.open(value, path, updateFields, list);
  if (!fields) return undefined;
  const currency = readCurrency(fields);
  const { clickId, event, transactionId, revenue, status, occurredAt } = readCommon(fields, currency);
  const metadata = readMetadata(fields);
  const update = defined({ clickId, event, transactionId, revenue, currency, status, occurredAt, metadata });
  requireCurrency(fields, fields.get('revenue') !== undefined);
  if (fields.get('status') === undefined && fields.get('revenue') === undefined) {
    fields.fault('missing_field', 'status', 'an update needs a new status, a new revenue or both');
  }
  return update;
}

/** What a new conversion and an update have alike. */
function readCommon(fields: FieldReader, currency: string | undefined) {
  return {
    clickId: readClickId(fields),
    event: readEvent(fields),
    transactionId: readTransactionId(fields) ?? '',
    revenue: readAmount(fields, 'revenue', currency),
    status: readStatus(fields),
    occurredAt: readTime(fields, 'occurredAt'),
  };
}

function requireCurrency(fields: FieldReader, hasAmount: boolean): void {
  if (hasAmount && fields.get('currency') === undefined) {
    fields.fault('missing_field', 'currency', 'currency is required with an amount: an ISO 4217 code such as "EUR"');
  }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function defined<T extends object>(value: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  // A plain loop: every conversion passes here, and arrays of its entries cost more than reading it. It also sees what
  // somebody's library has added to Object.prototype.
  for (const name in value) if (value[name] !== undefined && Object.hasOwn(value, name)) kept[name] = value[name];
  return kept as Defined<T>;
}

function malformed(detail: string): Parsed<ConversionMessage> {
  return { ok: false, faults: [{ reason: 'malformed_request', field: '', detail }] };
}

function result<T>(value: T | undefined, list: FaultList): Parsed<T> {
  return value === undefined || list.faults.length > 0 ? { ok: false, faults: list.faults } : { ok: true, value };
}
