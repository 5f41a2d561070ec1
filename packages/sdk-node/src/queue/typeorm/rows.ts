import { keptDestinations, keptText } from '../kept.js';
import type {
  ClaimedDelivery,
  DeliveryState,
  EnqueueResult,
  ListPage,
  ListRequest,
  NewMessage,
  QueuedDelivery,
} from '../queue.js';

/** `bigint` and counts arrive as strings on PostgreSQL, as numbers on SQLite. */
type Numeric = string | number;

/** The identity row after the message tried to take it. */
export interface IdentityRow {
  readonly id: string | null;
  readonly created_at: Numeric | null;
  readonly destinations: string | null;
  readonly position: number;
}

export interface DeliveryRow {
  readonly id: string;
  readonly seq: Numeric;
  readonly destination: string;
  readonly event: string;
  readonly transaction_id: string;
  readonly body: string;
  readonly created_at: Numeric;
  readonly due_at: Numeric | null;
  readonly state: number;
  readonly attempt: number;
  readonly step: number;
  readonly fence: number;
  readonly answer: string | null;
}

/** In the order of `STATE`. */
const STATES: readonly DeliveryState[] = ['pending', 'inFlight', 'dead'];

/** A created message is stored when the identity carries its id; an update always is. */
export function enqueueResult({ kind, id }: NewMessage, row: IdentityRow): EnqueueResult {
  if (kind === 'updated' || row.id === id) return { stored: true };
  const destinations = keptDestinations(row.destinations ?? '[]');
  return { stored: false, first: { id: row.id as string, createdAt: Number(row.created_at), destinations } };
}

/** `[event, transaction id, id, created at, destinations]`: an update holds the identity without being the conversion. */
export function identityParameters(message: NewMessage): (string | number | null)[] {
  const { event, transactionId, id, createdAt } = message;
  if (message.kind === 'updated') return [event, transactionId, null, null, null];
  return [event, transactionId, id, Math.floor(createdAt), keptText(message)];
}

export function toClaimed(row: DeliveryRow): ClaimedDelivery {
  const { id, destination, event, body, attempt, step, fence } = row;
  const [seq, createdAt] = [Number(row.seq), Number(row.created_at)];
  return { seq, id, destination, event, transactionId: row.transaction_id, body, attempt, step, createdAt, fence };
}

function toQueued(row: DeliveryRow): QueuedDelivery {
  const { id, destination, event, body, answer } = row;
  return {
    id,
    destination,
    event,
    transactionId: row.transaction_id,
    state: STATES[row.state] as DeliveryState,
    body,
    createdAt: Number(row.created_at),
    attempts: row.attempt,
    ...(row.due_at === null ? {} : { dueAt: Number(row.due_at) }),
    ...(answer === null ? {} : { answer }),
  };
}

type Condition = [sql: string, ...values: (string | number)[]];

/** What a listing asks for, each condition with its values; the statement puts the placeholders in. */
export function listConditions({ state, destination, since, cursor }: ListRequest): Condition[] {
  const conditions: Condition[] = [];
  // Spelled out, so that the partial index over dead rows applies.
  if (state !== undefined) conditions.push([`d.state = ${STATES.indexOf(state)}`]);
  if (destination !== undefined) conditions.push(['d.destination = ?', destination]);
  if (since !== undefined) conditions.push(['d.created_at >= ?', Math.ceil(since)]);
  const at = cursor?.indexOf('.') ?? -1;
  // By id, too: `seq` alone is not unique among processes.
  if (cursor !== undefined) {
    conditions.push(['(d.seq, d.id) > (?, ?)', Number(cursor.slice(0, at)), cursor.slice(at + 1)]);
  }
  return conditions;
}

export function toPage(rows: readonly DeliveryRow[], { limit }: ListRequest): ListPage {
  const items = rows.map(toQueued);
  const last = rows.at(-1);
  return last && rows.length === limit ? { items, next: `${last.seq}.${last.id}` } : { items };
}
