import type { ClaimedDelivery, DeliveryState, ListPage, QueuedDelivery } from '../queue.js';
import { STATE } from './schema.js';
import type { ClaimRow, ListRow } from './wire.js';

const STATES: Record<number, DeliveryState> = {
  [STATE.pending]: 'pending',
  [STATE.leased]: 'inFlight',
  [STATE.dead]: 'dead',
};

/** The claimed rows as the dispatcher knows them. */
export function decodeClaims(rows: string, destination: string): ClaimedDelivery[] {
  return (JSON.parse(rows) as ClaimRow[]).map(
    ([seq, id, event, transactionId, body, attempt, step, createdAt, fence]) => ({
      seq,
      id,
      destination,
      event,
      transactionId,
      body,
      attempt,
      step,
      createdAt,
      fence,
    }),
  );
}

/** One page; a full one may have a next. */
export function decodeList(text: string, { limit }: { limit: number }): ListPage {
  const rows = JSON.parse(text) as ListRow[];
  const items = rows.map(
    ([, id, destination, event, transactionId, body, createdAt, dueAt, attempts, answer, state]): QueuedDelivery => ({
      id,
      destination,
      event,
      transactionId,
      state: STATES[state] ?? 'pending',
      body,
      createdAt,
      attempts,
      ...(dueAt === null ? {} : { dueAt }),
      ...(answer === null ? {} : { answer }),
    }),
  );
  const last = rows.at(-1);
  return last && rows.length === limit ? { items, next: String(last[0]) } : { items };
}
