import { type ConversionMessage, type ConversionUpdate, DEFAULT_EVENT } from '@tallyback/protocol';
import type { Destination } from './destinations/destination.js';
import { asQueueUnavailable } from './errors.js';
import type { Queue } from './queue/queue.js';

type Data = Pick<ConversionMessage['data'], 'clickId' | 'metadata'>;

/** A part of a conversion that names its click at some destination. */
export type RecallField = 'clickId' | `metadata.${string}`;

/** What is kept of a conversion for its updates, by field; a field that it did not have is absent. */
export type Recall = Readonly<Record<string, string>>;

/** The fields that any of the destinations needs of a conversion to send its updates. */
export function recallFields(destinations: Iterable<Destination>): readonly RecallField[] {
  return [...new Set([...destinations].flatMap(({ recalls = [] }) => recalls))];
}

/** What to keep of a conversion. */
export function recallOf(data: Data, fields: readonly RecallField[]): Recall {
  const kept: Record<string, string> = {};
  for (const field of fields) {
    const value = fieldOf(data, field);
    if (value !== undefined) kept[field] = value;
  }
  return kept;
}

function saysAll(data: Data, fields: readonly RecallField[]): boolean {
  return fields.every((field) => fieldOf(data, field) !== undefined);
}

/**
 * What is remembered of the conversion that an update belongs to, when a destination may need it.
 *
 * @param transaction whose own conversions are known, too
 * @throws {QueueUnavailableError} when the queue cannot be asked
 */
export async function recalledFor(
  { queue, recalls }: { readonly queue: Queue; readonly recalls: readonly RecallField[] },
  data: Data & Pick<ConversionUpdate, 'transactionId'> & { readonly event?: string | undefined },
  transaction: unknown,
): Promise<Recall | undefined> {
  if (saysAll(data, recalls)) return undefined;
  try {
    return await queue.recall(data.event ?? DEFAULT_EVENT, data.transactionId, transaction);
  } catch (error) {
    throw asQueueUnavailable(error, 'The update was not stored');
  }
}

/** The message with those of the fields that it lacks and that are known. */
export function withRecalled(
  message: ConversionMessage,
  recalled: Recall | undefined,
  fields: readonly RecallField[] = [],
): ConversionMessage {
  const found = fields.filter((field) => recalled?.[field] !== undefined && fieldOf(message.data, field) === undefined);
  if (recalled === undefined || found.length === 0) return message;
  const metadata = found.flatMap((field) => (field === 'clickId' ? [] : [[nameOf(field), recalled[field]]]));
  const data = {
    ...message.data,
    ...(found.includes('clickId') ? { clickId: recalled.clickId } : {}),
    ...(metadata.length === 0 ? {} : { metadata: { ...message.data.metadata, ...Object.fromEntries(metadata) } }),
  };
  return { ...message, data } as ConversionMessage;
}

/** What the data says in that field. */
export function fieldOf(data: Data, field: RecallField): string | undefined {
  const value = field === 'clickId' ? data.clickId : data.metadata?.[nameOf(field)];
  return typeof value === 'string' ? value : undefined;
}

function nameOf(field: RecallField): string {
  return field.slice('metadata.'.length);
}
