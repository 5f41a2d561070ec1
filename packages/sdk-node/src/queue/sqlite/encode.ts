import { keptText } from '../kept.js';
import type { NewMessage, Settlement } from '../queue.js';
import { storableText } from '../storable-text.js';
import { MAX_PACK_ROWS, maskOf } from './slice-mask.js';
import type { DeliveryRow, MessageRow, SliceOfBatch, Uniform, WireOp } from './wire.js';

/** Fewer rows are not worth a pack. */
const MIN_PACK_ROWS = 4;

/** The messages of one turn as the JSON text that the worker's statements read. */
export function encodeMessages(messages: readonly NewMessage[]): Extract<WireOp, { op: 'enqueue' }> {
  const plain = messages.every(isPlain);
  const uniform = plain ? uniformOf(messages) : undefined;
  const deliveries = deliveryRows(messages);
  const pack = plain ? packOf(deliveries) : undefined;
  return {
    op: 'enqueue',
    messages: JSON.stringify(uniform ? messages.map(({ transactionId }) => transactionId) : messageRows(messages)),
    deliveries: JSON.stringify(deliveries),
    count: messages.length,
    plain,
    ...(uniform && { uniform }),
    ...(pack && { pack }),
  };
}

const isPlain = ({ kind, deliveries }: NewMessage): boolean =>
  kind === 'created' && deliveries.length > 0 && deliveries.every(({ dead }) => dead === undefined);

/** What all of them say alike; undefined when one says something else. */
function uniformOf(messages: readonly NewMessage[]): Uniform | undefined {
  const [first] = messages;
  if (!first || first.recall) return undefined;
  const { id, event, createdAt, deliveries } = first;
  const isAlike = (one: NewMessage) =>
    one.event === event &&
    one.createdAt === createdAt &&
    one.id.length === id.length &&
    one.recall === undefined &&
    one.deliveries.length === deliveries.length &&
    one.deliveries.every(({ destination }, index) => destination === deliveries[index]?.destination);
  if (!messages.every(isAlike)) return undefined;
  return {
    event,
    createdAt,
    kept: keptText(first),
    ids: messages.map((one) => one.id).join(''),
    each: deliveries.length,
  };
}

function messageRows(messages: readonly NewMessage[]): MessageRow[] {
  let first = 0;
  return messages.map((message) => {
    const { id, kind, event, transactionId, createdAt, deliveries } = message;
    const [from, created] = [first, kind === 'created' ? 1 : 0] as const;
    first += deliveries.length;
    return [
      id,
      event,
      transactionId,
      createdAt,
      keptText(message),
      from,
      created,
      strideOf(deliveries.length),
    ] as const;
  });
}

/** A message has a number also when it goes nowhere. */
function strideOf(deliveries: number): number {
  return Math.max(1, deliveries);
}

function deliveryRows(messages: readonly NewMessage[]): DeliveryRow[] {
  const rows: DeliveryRow[] = [];
  for (const { event, transactionId, createdAt, deliveries } of messages) {
    for (const { id, destination, body, dead } of deliveries) {
      const row = [id, destination, event, transactionId, createdAt, body] as const;
      rows.push(dead === undefined ? row : [...row, storableText(dead)]);
    }
  }
  return rows;
}

function packOf(rows: readonly DeliveryRow[]): SliceOfBatch | undefined {
  if (rows.length < MIN_PACK_ROWS || rows.length > MAX_PACK_ROWS) return undefined;
  const createdAt = rows[0]?.[4] as number;
  const masks = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    // A row of its own is refused by its table when something is no text; a pack would take it.
    if (row[4] !== createdAt || typeof row[0] !== 'string' || typeof row[5] !== 'string') return undefined;
    masks.set(row[1], ((masks.get(row[1]) ?? 0) | maskOf(index)) >>> 0);
  }
  return { createdAt, slices: [...masks] };
}

/** `[seq, id, fence, outcome, at, step, answer]`, the last three as far as the outcome has them. */
export function encodeSettlements(settlements: readonly Settlement[]): Extract<WireOp, { op: 'settle' }> {
  const onlyDelivered = settlements.every(({ outcome }) => outcome === 'delivered');
  const rows = settlements.map((settlement) => {
    const { seq, id, fence, outcome } = settlement;
    if (onlyDelivered) return [seq, id, fence];
    if (outcome === 'retry') {
      return [seq, id, fence, outcome, settlement.at, settlement.step, storableText(settlement.answer)];
    }
    return [seq, id, fence, outcome, 0, 0, outcome === 'dead' ? storableText(settlement.answer) : ''];
  });
  return { op: 'settle', rows: JSON.stringify(rows), count: rows.length, onlyDelivered };
}
