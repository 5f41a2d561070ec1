import type { ClaimedDelivery, DeliveryState, ListPage, QueuedDelivery } from '../queue.js';
import { STATE } from './schema.js';
import { hasRow } from './slice-mask.js';
import type { ClaimRow, DeliveryRow, ListRow, PackClaim, WireResults } from './wire.js';

const STATES: Record<number, DeliveryState> = {
  [STATE.pending]: 'pending',
  [STATE.leased]: 'inFlight',
  [STATE.dead]: 'dead',
};

/** The claimed rows as the dispatcher knows them. */
export function decodeClaims({ rows, packs }: WireResults['claim'], destination: string): ClaimedDelivery[] {
  const claimed = rows === '[]' ? [] : decodeRows(rows, destination);
  for (const pack of packs) unpack(pack, destination, claimed);
  return claimed;
}

function unpack([text, first, mask, attempt, fence]: PackClaim, destination: string, into: ClaimedDelivery[]): void {
  const rows = JSON.parse(text) as DeliveryRow[];
  for (let index = 0; index < rows.length; index++) {
    if (!hasRow(mask, index)) continue;
    const row = rows[index] as DeliveryRow;
    into.push({
      seq: first + index,
      id: row[0],
      destination,
      event: row[2],
      transactionId: row[3],
      body: row[5],
      attempt,
      step: 0,
      createdAt: row[4],
      fence,
    });
  }
}

function decodeRows(rows: string, destination: string): ClaimedDelivery[] {
  // By index: to take an array apart by its iterator took longer than the rest of a claim.
  return (JSON.parse(rows) as ClaimRow[]).map((row) => ({
    seq: row[0],
    id: row[1],
    destination,
    event: row[2],
    transactionId: row[3],
    body: row[4],
    attempt: row[5],
    step: row[6],
    createdAt: row[7],
    fence: row[8],
  }));
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
