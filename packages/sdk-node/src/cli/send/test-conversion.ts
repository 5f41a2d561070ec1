import {
  type ConversionMessage,
  createId,
  type Fault,
  type Parsed,
  parseConversion,
  parseConversionUpdate,
} from '@tallyback/protocol';
import type { CommandContext, OptionDeclaration } from '../command.js';
import { UsageError } from '../failures.js';
import { readInput } from '../input.js';

/** Options that become fields of the conversion. */
const FIELDS = {
  'click-id': ['clickId', 'the click it belongs to'],
  event: ['event', 'default: purchase'],
  'transaction-id': ['transactionId', 'default: a new one that begins with test-'],
  revenue: ['revenue', 'a decimal such as 49.90; needs --currency'],
  currency: ['currency', 'ISO 4217'],
  payout: ['payout', 'a decimal'],
  status: ['status', 'pending, approved, rejected or refunded'],
  'coupon-code': ['couponCode', 'attributes it when no click does'],
  'customer-id': ['customerId', "the advertiser's own"],
} as const;

const fieldOptions = Object.entries(FIELDS).map(([name, [, about]]): [string, OptionDeclaration] => {
  return [name, { type: 'string', value: 'TEXT', about }];
});

/** What can be said about the test conversion. */
export const CONVERSION_OPTIONS: Readonly<Record<string, OptionDeclaration>> = {
  ...Object.fromEntries(fieldOptions),
  metadata: { type: 'string', multiple: true, value: 'NAME=VALUE', about: 'a field of its metadata' },
  conversion: { type: 'string', value: 'FILE', about: 'JSON with any of its fields; the options above go first' },
  update: { type: 'boolean', about: 'send a conversion.updated: a new status or revenue of a known transaction id' },
};

/**
 * The message to send.
 *
 * @throws {UsageError} with every fault of the conversion
 */
export async function testConversion({ args, now }: CommandContext): Promise<ConversionMessage> {
  const given: Record<string, unknown> = await fromFile(args.text('conversion'));
  for (const [option, [field]] of Object.entries(FIELDS)) {
    const value = args.text(option);
    if (value !== undefined) given[field] = value;
  }
  if (args.has('metadata')) given.metadata = args.pairs('metadata');
  const update = args.flag('update');
  if (update && given.transactionId === undefined) {
    throw new UsageError('--transaction-id is needed with --update: it names the conversion that changes');
  }
  given.transactionId ??= `test-${createId(now())}`;
  const timestamp = new Date(now()).toISOString();
  if (update) return { type: 'conversion.updated', timestamp, data: accepted(parseConversionUpdate(given)) };
  return { type: 'conversion.created', timestamp, data: accepted(parseConversion(given)) };
}

async function fromFile(path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined) return {};
  const text = (await readInput(path)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, like every other form that is no object.
  }
  throw new UsageError('--conversion must be a file with a JSON object, e.g. { "transactionId": "A-1" }');
}

function accepted<Value>(parsed: Parsed<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw new UsageError(`the conversion breaks the rules: ${parsed.faults.map(described).join('; ')}`);
}

function described({ field, detail }: Fault): string {
  return field === '' ? detail : `${field}: ${detail}`;
}
