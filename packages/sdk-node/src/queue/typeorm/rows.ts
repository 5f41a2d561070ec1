import type {
  ClaimedDelivery,
  DeliveryState,
  EnqueueResult,
  ListRequest,
  NewMessage,
  QueuedDelivery,
} from '../queue.js';
import { STATE } from './tables.js';

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
  readonly attempt: number;
  readonly step: number;
  readonly fence: number;
  readonly answer: string | null;
}

export const STATES: Record<DeliveryState, number> = {
  pending: STATE.pending,
  inFlight: STATE.leased,
  dead: STATE.dead,
};

/** A created message is stored when the identity carries its id; an update always is. */
export function enqueueResult({ kind, id }: NewMessage, row: IdentityRow): EnqueueResult {
  if (kind === 'updated' || row.id === id) return { stored: true };
  const destinations = JSON.parse(row.destinations ?? '[]') as string[];
  return { stored: false, first: { id: row.id as string, createdAt: Number(row.created_at), destinations } };
}

/** `[event, transaction id, id, created at, destinations]`: an update holds the identity without being the conversion. */
export function identityParameters(message: NewMessage): (string | number | null)[] {
  const { event, transactionId, id, createdAt, deliveries } = message;
  if (message.kind === 'updated') return [event, transactionId, null, null, null];
  return [
    event,
    transactionId,
    id,
    Math.floor(createdAt),
    JSON.stringify(deliveries.map(({ destination }) => destination)),
  ];
}

export function toClaimed(row: DeliveryRow): ClaimedDelivery {
  const { id, destination, event, body, attempt, step, fence } = row;
  const [seq, createdAt] = [Number(row.seq), Number(row.created_at)];
  return { seq, id, destination, event, transactionId: row.transaction_id, body, attempt, step, createdAt, fence };
}

export function toQueued(row: DeliveryRow, state: DeliveryState): QueuedDelivery {
  const { id, destination, event, body, answer } = row;
  return {
    id,
    destination,
    event,
    transactionId: row.transaction_id,
    state,
    body,
    createdAt: Number(row.created_at),
    attempts: row.attempt,
    ...(row.due_at === null ? {} : { dueAt: Number(row.due_at) }),
    ...(answer === null ? {} : { answer }),
  };
}

/** PostgreSQL takes no NUL in a text, and what a destination answered may hold anything. */
export function storable(answer: string): string {
  return answer.replaceAll('\0', '');
}

/** Where a page begins: `seq` alone is not unique among processes. */
export function decodeCursor({ cursor }: ListRequest): [seq: number, id: string] {
  const at = cursor?.indexOf('.') ?? -1;
  return cursor === undefined ? [0, ''] : [Number(cursor.slice(0, at)), cursor.slice(at + 1)];
}

export function encodeCursor({ seq, id }: DeliveryRow): string {
  return `${seq}.${id}`;
}
