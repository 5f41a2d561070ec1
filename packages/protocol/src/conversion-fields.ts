import { parseClickId } from './click-id.js';
import {
  CONVERSION_STATUSES,
  type ConversionStatus,
  DEFAULT_EVENT,
  EVENT_PATTERN,
  type LineItem,
  MAX_METADATA_BYTES,
  type Metadata,
} from './conversion.js';
import { FieldReader, shownName, storableFault, textFault, typeName } from './field-reader.js';
import { currencyExponent, isCurrency, MoneyError, parseAmount, parseDecimal } from './money.js';
import { nearest } from './nearest.js';
import { parseTimestamp } from './timestamp.js';

const MAX_ITEMS = 200;
const MAX_QUANTITY = 1_000_000;
const MAX_METADATA_KEY = 64;
const itemFields = ['sku', 'quantity', 'unitPrice'];

/** The advertiser's own id of the order or lead. */
export function readTransactionId(fields: FieldReader): string | undefined {
  const value = fields.required('transactionId', 'transactionId is required: your own stable id of the order or lead');
  return fields.text('transactionId', '"A-1001"', value);
}

/** The kind of conversion, with its default. */
export function readEvent(fields: FieldReader): string {
  const event = fields.string('event', `"${DEFAULT_EVENT}"`);
  if (event === undefined || EVENT_PATTERN.test(event)) return event ?? DEFAULT_EVENT;
  fields.fault(
    'invalid_field',
    'event',
    'must be 1-64 lower-case letters, digits or underscores, a letter first, such as "purchase"',
  );
  return DEFAULT_EVENT;
}

/** The click id in canonical form. */
export function readClickId(fields: FieldReader): string | undefined {
  const text = fields.string('clickId', '"01jd9zq5r8x4m2n6p0s3t7v1wy"');
  if (text === undefined) return undefined;
  const detail = 'must be the 26-character click id exactly as it came with the click; leave it out when there is none';
  return parseClickId(text) ?? fields.fault('invalid_field', 'clickId', detail);
}

/** One of the four states. */
export function readStatus(fields: FieldReader): ConversionStatus | undefined {
  const text = fields.string('status', '"approved"');
  if (text === undefined) return undefined;
  const status = CONVERSION_STATUSES.find((known) => known === text);
  if (status !== undefined) return status;
  const suggestion = nearest(text, CONVERSION_STATUSES);
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  return fields.fault('invalid_field', 'status', `must be one of ${CONVERSION_STATUSES.join(', ')}${hint}`);
}

/** A time, normalised to milliseconds. */
export function readTime(fields: FieldReader, name: string, value: unknown = fields.get(name)): string | undefined {
  const text = fields.string(name, '"2026-11-22T10:00:00.000Z"', value);
  if (text === undefined) return undefined;
  const detail = 'must be a real RFC 3339 time in UTC that ends in Z, such as "2026-11-22T10:00:00.000Z"';
  return parseTimestamp(text) ?? fields.fault('invalid_field', name, detail);
}

/** The currency; `undefined` when absent or unknown. */
export function readCurrency(fields: FieldReader): string | undefined {
  const text = fields.string('currency', '"EUR"');
  if (text === undefined || isCurrency(text)) return text;
  const upper = text.toUpperCase();
  const hint = isCurrency(upper) ? `; did you mean "${upper}"?` : ' such as "EUR"';
  return fields.fault('invalid_field', 'currency', `must be an upper-case ISO 4217 code${hint}`);
}

/** A non-negative amount in `currency`; with no known currency only its grammar is checked. */
export function readAmount(fields: FieldReader, name: string, currency: string | undefined): string | undefined {
  const value = fields.get(name);
  if (value === undefined) return undefined;
  if (typeof value === 'number' || typeof value === 'bigint') {
    return fields.fault('invalid_field', name, 'must be a decimal string such as "49.90"; numbers lose cents');
  }
  const text = fields.string(name, '"49.90"', value);
  if (text === undefined) return undefined;
  const detail = amountFault(text, currency);
  return detail === undefined ? text : fields.fault('invalid_field', name, detail);
}

// Too short to be too large in any currency; what does not match may still be right.
const commonAmount = /^(?:0|[1-9]\d{0,9})(?:\.(\d{1,4}))?$/;

function amountFault(text: string, currency: string | undefined): string | undefined {
  const decimals = commonAmount.exec(text)?.[1]?.length;
  if (currency !== undefined && decimals !== undefined && decimals <= currencyExponent(currency)) return undefined;
  const decimal = parseDecimal(text);
  if (!decimal) return 'must be a plain decimal string such as "49.90"';
  if (text.startsWith('-')) return 'must not be negative; report a refund as status "refunded" or as the new revenue';
  if (currency === undefined) return undefined;
  try {
    parseAmount(text, currency);
    return undefined;
  } catch (error) {
    if (error instanceof MoneyError) return error.message;
    throw error;
  }
}

/** The positions of an order. */
export function readItems(fields: FieldReader, currency: string | undefined): LineItem[] | undefined {
  const value = fields.get('items');
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    return fields.fault('invalid_field', 'items', `must be an array of items, not ${typeName(value)}`);
  }
  if (value.length < 1 || value.length > MAX_ITEMS) {
    return fields.fault(
      'invalid_field',
      'items',
      `must hold 1-${MAX_ITEMS} items; leave the field out when there are none`,
    );
  }
  return Array.from(value, (item: unknown, index) => readItem(fields, item, `items[${index}]`, currency));
}

function readItem(fields: FieldReader, value: unknown, name: string, currency: string | undefined): LineItem {
  const item: LineItem = { sku: '', quantity: 0 };
  const itemReader = FieldReader.open(value, fields.path(name), itemFields, fields.list);
  if (!itemReader) return item;
  item.sku = itemReader.text('sku', '"X1"', itemReader.required('sku', 'an item needs its sku')) ?? '';
  const quantity = itemReader.required('quantity', 'an item needs its quantity');
  if (typeof quantity === 'number' && Number.isInteger(quantity) && quantity >= 1 && quantity <= MAX_QUANTITY) {
    item.quantity = quantity;
  } else if (quantity !== undefined) {
    itemReader.fault('invalid_field', 'quantity', `must be a whole number from 1 to ${MAX_QUANTITY}`);
  }
  const unitPrice = readAmount(itemReader, 'unitPrice', currency);
  if (unitPrice !== undefined) item.unitPrice = unitPrice;
  return item;
}

/** The flat facts, within their size. */
export function readMetadata(fields: FieldReader): Metadata | undefined {
  const value = fields.get('metadata');
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fields.fault('invalid_field', 'metadata', `must be a flat object, not ${typeName(value)}`);
  }
  const entries: Array<[string, string | number | boolean | null]> = [];
  for (const [key, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    const detail = metadataKeyFault(key) ?? metadataValueFault(entry);
    if (detail === undefined) entries.push([key, entry === 0 ? 0 : entry]);
    else fields.fault('invalid_field', `metadata.${shownName(key)}`, detail);
  }
  const metadata: Metadata = Object.fromEntries(entries);
  const size = Buffer.byteLength(JSON.stringify(metadata));
  if (size > MAX_METADATA_BYTES) {
    fields.fault('invalid_field', 'metadata', `must not exceed ${MAX_METADATA_BYTES} bytes of JSON; it has ${size}`);
  }
  return metadata;
}

function metadataKeyFault(key: string): string | undefined {
  // Harmless here, but code that later copies the object by assignment would change its prototype.
  if (key === '__proto__') return 'must not be used as a metadata key';
  const detail = textFault(key, MAX_METADATA_KEY);
  return detail === undefined ? undefined : `the key ${detail}`;
}

function metadataValueFault(value: unknown): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return storableFault(value);
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'must be a finite number';
  return `must be a string, number, boolean or null, not ${typeName(value)}; metadata is flat`;
}
