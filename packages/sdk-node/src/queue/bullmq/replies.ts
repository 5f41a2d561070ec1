import { keptDestinations } from '../kept.js';
import type { ClaimedDelivery, DeliveryState, FirstMessage, QueuedDelivery } from '../queue.js';

/** What the scripts answer; Redis gives numbers back only where Lua had them. */
export type FirstReply = [id: string, createdAt: string, kept: string];
export type ClaimReply = [
  seq: string,
  id: string,
  event: string,
  transactionId: string,
  body: string,
  step: string,
  createdAt: string,
  attempt: number,
  fence: number,
];
export type ListReply = [
  seq: string,
  id: string,
  destination: string,
  event: string,
  transactionId: string,
  body: string,
  createdAt: string,
  attempt: string,
  dueAt: string | null,
  answer: string | null,
  state: DeliveryState,
];

/** A delivery's number as it stands in the keys. */
export function seqText(seq: number): string {
  return String(seq).padStart(16, '0');
}

export function toFirst([id, createdAt, kept]: FirstReply): FirstMessage {
  return { id, createdAt: Number(createdAt), destinations: keptDestinations(kept) };
}

export function toClaimed(row: ClaimReply, destination: string): ClaimedDelivery {
  const [seq, id, event, transactionId, body, step, createdAt, attempt, fence] = row;
  const numbers = { seq: Number(seq), attempt, step: Number(step), createdAt: Number(createdAt), fence };
  return { id, destination, event, transactionId, body, ...numbers };
}

export function toQueued(row: ListReply): QueuedDelivery {
  const [, id, destination, event, transactionId, body, createdAt, attempt, dueAt, answer, state] = row;
  return {
    id,
    destination,
    event,
    transactionId,
    state,
    body,
    createdAt: Number(createdAt),
    attempts: Number(attempt),
    ...(dueAt === null ? {} : { dueAt: Number(dueAt) }),
    ...(answer === null ? {} : { answer }),
  };
}
