import { asQueueUnavailable } from './errors.js';
import { readTime } from './option-checks.js';
import type { DeliveryState, Queue, QueuedDelivery } from './queue/queue.js';

/** A `Date`, milliseconds since the epoch, or RFC 3339 in UTC, as receipts tell it. */
export type Time = Date | number | string;

/** One destination that has not confirmed one message. */
export interface Outstanding {
  /** Id of the delivery. */
  readonly id: string;
  readonly destination: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Absent when it is dead, or waits for an earlier message of the transaction. */
  readonly nextAttemptAt?: Date;
  /** The last answer, shortened, without secrets. */
  readonly answer?: string;
}

/** A conversion with whoever has not confirmed it, or an update of it. */
export interface Unacknowledged {
  readonly event: string;
  readonly transactionId: string;
  /** When the oldest of its unconfirmed messages was accepted. RFC 3339, UTC. */
  readonly acceptedAt: string;
  readonly destinations: readonly Outstanding[];
}

export interface UnacknowledgedQuery {
  /** Only what was accepted at or after this time. Default: everything. */
  readonly since?: Time;
  /** Only what was accepted before this time: what is younger may be on its way. Default: everything. */
  readonly before?: Time;
}

const PAGE = 1_000;

interface Group extends Unacknowledged {
  readonly destinations: Outstanding[];
}

/** Everything in the queue, by transaction, in the order of acceptance. Bodies are not kept in memory. */
export async function unacknowledged(queue: Queue, { since, before }: UnacknowledgedQuery): Promise<Unacknowledged[]> {
  const start = readTime('since', since);
  const until = readTime('before', before) ?? Number.POSITIVE_INFINITY;
  const from = start === undefined ? {} : { since: start };
  const groups = new Map<string, Group>();
  for (let cursor: string | undefined, more = true; more; ) {
    const request = { ...from, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next } = await queue.list(request).catch((error: unknown) => {
      throw asQueueUnavailable(error, 'The queue cannot be read');
    });
    for (const item of items) if (item.createdAt < until) add(groups, item);
    cursor = next;
    more = next !== undefined;
  }
  return [...groups.values()];
}

function add(groups: Map<string, Group>, item: QueuedDelivery): void {
  const { event, transactionId, createdAt, id, destination, state, attempts, dueAt, answer } = item;
  const key = `${event} ${transactionId}`;
  const group = groups.get(key) ?? {
    event,
    transactionId,
    acceptedAt: new Date(createdAt).toISOString(),
    destinations: [],
  };
  groups.set(key, group);
  group.destinations.push({
    id,
    destination,
    state,
    attempts,
    ...(dueAt === undefined || state === 'inFlight' ? {} : { nextAttemptAt: new Date(dueAt) }),
    ...(answer === undefined ? {} : { answer }),
  });
}
