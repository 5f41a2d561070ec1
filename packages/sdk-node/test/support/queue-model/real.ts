import { expect } from '@jest/globals';
import type { Queue, QueuedDelivery } from '../../../src/queue/queue.js';
import type { ModelRow, QueueModel } from './model.js';

/** What the processes of a test share. */
export interface QueueStore {
  /** How many processes work on it at the same time. */
  readonly processes: number;
  /** Another process begins to work on it. */
  connect(): Queue | Promise<Queue>;
  /** Whether a process that ends hands its claims back, or their leases have to run out; absent when nothing is left. */
  readonly closing?: 'hands back' | 'leaves leases';
  /** That a row waits for another is found out by the first claim that meets it: until then `nextDue` may be too early. */
  readonly lazy?: true;
}

/** A store with the processes that work on it just now, in a namespace of one run's own. */
export interface Real {
  readonly store: QueueStore;
  readonly processes: Queue[];
  readonly destinations: readonly string[];
  readonly prefix: string;
}

/** Whatever a queue can be asked says the same as the model. */
export async function expectSame(model: QueueModel, { store, processes, destinations }: Real): Promise<void> {
  const queue = processes[model.stored.length % processes.length] as Queue;
  const [counts, due] = await Promise.all([queue.counts(destinations), queue.nextDue(destinations)]);
  expect(counts).toEqual(model.counts(destinations));
  const expected = model.nextDue(destinations);
  // A wake-up too early costs a look; one too late costs a delivery.
  if (store.lazy && due !== undefined && due < (expected?.[0] ?? Number.POSITIVE_INFINITY)) {
    const waiting = model.rows.filter((row) => row.state === 'pending' && !model.isFirst(row));
    expect(waiting.some((row) => row.dueFrom <= due && due <= row.dueTo)).toBe(true);
  } else if (expected) {
    expect(due).toBeGreaterThanOrEqual(expected[0]);
    expect(due).toBeLessThanOrEqual(expected[1]);
  } else {
    expect(due).toBeUndefined();
  }
}

/** Every row, read page by page. */
export async function expectSameRows(model: QueueModel, real: Real, pageSize: number): Promise<void> {
  const queue = real.processes[0] as Queue;
  for (const destination of real.destinations) {
    const found: QueuedDelivery[] = [];
    for (let cursor: string | undefined, more = true; more; ) {
      const page = await queue.list({ destination, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.next;
      more = cursor !== undefined;
    }
    const own = model.rows.filter((row) => row.destination === destination);
    // Of what was accepted at the same moment only the order within a transaction matters.
    const chains = (rows: readonly { transactionId: string; event: string; id: string }[]) =>
      [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    const key = ({ transactionId, event }: { transactionId: string; event: string }) => `${event} ${transactionId}`;
    expect(chains(found).map(({ id }) => id)).toEqual(chains(own).map(({ id }) => id));
    const byId = new Map(found.map((item) => [item.id, item]));
    for (const row of own) expectItem(model, row, byId.get(row.id) as QueuedDelivery);
  }
}

function expectItem(model: QueueModel, row: ModelRow, item: QueuedDelivery): void {
  const { dueAt, answer, ...rest } = item;
  const { id, destination, event, transactionId, body, createdAt, state, attempts } = row;
  expect(rest).toEqual({ id, destination, event, transactionId, body, createdAt, state, attempts });
  expect(answer).toBe(row.answer);
  if (state === 'dead' || !model.isFirst(row)) {
    expect(dueAt).toBeUndefined();
  } else {
    expect(dueAt).toBeGreaterThanOrEqual(row.dueFrom);
    expect(dueAt).toBeLessThanOrEqual(row.dueTo);
  }
}
