import type { ClaimedDelivery, DeliveryState, QueuedDelivery } from '../queue.js';

/** A delivery as it is held in memory. */
export interface Row {
  readonly seq: number;
  readonly id: string;
  readonly destination: string;
  readonly event: string;
  readonly transactionId: string;
  readonly body: string;
  readonly createdAt: number;
  readonly order: string;
  state: DeliveryState;
  /** Undefined while it cannot be claimed. */
  dueAt: number | undefined;
  attempt: number;
  step: number;
  fence: number;
  answer?: string;
}

export function toClaimed(row: Row): ClaimedDelivery {
  const { seq, id, destination, event, transactionId, body, attempt, step, createdAt, fence } = row;
  return { seq, id, destination, event, transactionId, body, attempt, step, createdAt, fence };
}

export function toItem(row: Row): QueuedDelivery {
  const { id, destination, event, transactionId, state, body, createdAt, attempt, dueAt, answer } = row;
  return {
    id,
    destination,
    event,
    transactionId,
    state,
    body,
    createdAt,
    attempts: attempt,
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(answer === undefined ? {} : { answer }),
  };
}
