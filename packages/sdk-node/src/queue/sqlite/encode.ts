import { keptText } from '../kept.js';
import type { NewMessage, Settlement } from '../queue.js';
import { storableText } from '../storable-text.js';
import type { DeliveryRow, MessageRow, WireOp } from './wire.js';

/** The messages of one turn as the JSON text that the worker's statements read. */
export function encodeMessages(messages: readonly NewMessage[]): Extract<WireOp, { op: 'enqueue' }> {
  const rows: MessageRow[] = [];
  const deliveries: DeliveryRow[] = [];
  let plain = true;
  for (const message of messages) {
    const created = message.kind === 'created';
    plain &&= created;
    const kept = keptText(message);
    rows.push([
      message.id,
      message.event,
      message.transactionId,
      message.createdAt,
      kept,
      deliveries.length,
      created ? 1 : 0,
    ]);
    for (const { id, destination, body, dead } of message.deliveries) {
      const row = [id, destination, message.event, message.transactionId, message.createdAt, body] as const;
      deliveries.push(dead === undefined ? row : [...row, storableText(dead)]);
      plain &&= dead === undefined;
    }
  }
  return {
    op: 'enqueue',
    messages: JSON.stringify(rows),
    deliveries: JSON.stringify(deliveries),
    count: rows.length,
    plain,
  };
}

/** `[seq, id, fence, outcome, at, step, answer]`, the last three as far as the outcome has them. */
export function encodeSettlements(settlements: readonly Settlement[]): Extract<WireOp, { op: 'settle' }> {
  const rows = settlements.map((settlement) => {
    const { seq, id, fence, outcome } = settlement;
    if (outcome === 'retry') {
      return [seq, id, fence, outcome, settlement.at, settlement.step, storableText(settlement.answer)];
    }
    return [seq, id, fence, outcome, 0, 0, outcome === 'dead' ? storableText(settlement.answer) : ''];
  });
  const onlyDelivered = settlements.every(({ outcome }) => outcome === 'delivered');
  return { op: 'settle', rows: JSON.stringify(rows), count: rows.length, onlyDelivered };
}
