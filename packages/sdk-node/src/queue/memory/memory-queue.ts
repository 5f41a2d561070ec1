import { QueueUnavailableError } from '../../errors.js';
import type { Recall } from '../../recall.js';
import { firstStep, NOT_WAITED_FOR } from '../not-waited-for.js';
import type {
  Claim,
  ClaimedDelivery,
  ClaimRequest,
  EnqueueResult,
  ListPage,
  ListRequest,
  NewDelivery,
  NewMessage,
  Queue,
  QueueCounts,
  Settlement,
} from '../queue.js';
import { storableText } from '../storable-text.js';
import { DueHeap } from './due-heap.js';
import { Identities } from './identities.js';
import { type Row, toClaimed, toItem } from './row.js';

export interface MemoryQueueOptions {
  /**
   * How many (event, transaction id) pairs are remembered for deduplication; the oldest is forgotten first, after which
   * only the tracker recognises it. Default 1,000,000 (some 200 bytes each).
   */
  readonly remember?: number;
}

/** {@link Queue} in this process's memory: everything undelivered is lost when the process ends. */
export class MemoryQueue implements Queue {
  readonly #identities: Identities;
  readonly #rows = new Map<number, Row>();
  /** Undelivered rows of one (destination, event, transaction id), oldest first: only the head may be claimed. */
  readonly #orders = new Map<string, Row[]>();
  readonly #due = new Map<string, DueHeap>();
  #seq = 0;
  #closed = false;

  constructor({ remember = 1_000_000 }: MemoryQueueOptions = {}) {
    this.#identities = new Identities(remember);
  }

  async open(): Promise<void> {
    this.#check();
  }

  async enqueue(message: NewMessage): Promise<EnqueueResult> {
    this.#check();
    const first = message.kind === 'created' ? this.#identities.take(message) : undefined;
    if (first) return { stored: false, first };
    for (const delivery of message.deliveries) this.#add(message, delivery);
    return { stored: true };
  }

  async recall(event: string, transactionId: string): Promise<Recall | undefined> {
    this.#check();
    return this.#identities.recall(event, transactionId);
  }

  async claim({ destination, limit, leaseMs, now }: ClaimRequest): Promise<ClaimedDelivery[]> {
    this.#check();
    const claimed: Row[] = [];
    while (claimed.length < limit) {
      const row = this.#next(destination);
      if (row?.dueAt === undefined || row.dueAt > now) break;
      row.state = 'inFlight';
      row.attempt += 1;
      row.fence += 1;
      this.#schedule(row, now + leaseMs);
      claimed.push(row);
    }
    return claimed.sort((a, b) => a.seq - b.seq).map(toClaimed);
  }

  async settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    this.#check();
    return settlements.map((settlement) => {
      const row = this.#held(settlement);
      if (row) this.#apply(row, settlement);
      return row !== undefined;
    });
  }

  async extend(claims: readonly Claim[], until: number): Promise<boolean[]> {
    this.#check();
    return claims.map((claim) => {
      const row = this.#held(claim);
      if (row) this.#schedule(row, until);
      return row !== undefined;
    });
  }

  async nextDue(destinations: readonly string[]): Promise<number | undefined> {
    this.#check();
    const times = destinations.flatMap((destination) => this.#next(destination)?.dueAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async counts(destinations: readonly string[]): Promise<QueueCounts> {
    this.#check();
    const counts = { pending: 0, inFlight: 0, dead: 0 };
    for (const row of this.#rows.values()) if (destinations.includes(row.destination)) counts[row.state] += 1;
    return counts;
  }

  async list({ state, destination, since = 0, limit, cursor }: ListRequest): Promise<ListPage> {
    this.#check();
    const from = cursor === undefined ? 0 : Number(cursor);
    const wanted = (row: Row) =>
      row.seq > from &&
      row.createdAt >= since &&
      (state === undefined || row.state === state) &&
      (destination === undefined || row.destination === destination);
    const found = [...this.#rows.values()].filter(wanted).slice(0, limit);
    const last = found.at(-1);
    return { items: found.map(toItem), ...(last && found.length === limit ? { next: String(last.seq) } : {}) };
  }

  async replay(ids: readonly string[], now: number): Promise<number> {
    const rows = this.#dead(ids).filter(({ body }) => body !== '');
    for (const row of rows) {
      if (row.step === NOT_WAITED_FOR) this.#line(row);
      row.state = 'pending';
      row.step = 0;
      if (this.#orders.get(row.order)?.[0] === row) this.#schedule(row, now);
    }
    return rows.length;
  }

  async discard(ids: readonly string[]): Promise<number> {
    const rows = this.#dead(ids);
    for (const row of rows) this.#remove(row);
    return rows.length;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #add(message: NewMessage, delivery: NewDelivery): void {
    const { id, destination, body, dead } = delivery;
    this.#seq += 1;
    const { event, transactionId, createdAt } = message;
    const order = `${destination} ${event} ${transactionId}`;
    const queued = { seq: this.#seq, id, destination, event, transactionId, body, createdAt, order };
    const step = firstStep(message, delivery);
    const row: Row = { ...queued, state: 'pending', dueAt: undefined, attempt: 0, step, fence: 0 };
    if (dead !== undefined) Object.assign(row, { state: 'dead', answer: storableText(dead) });
    this.#rows.set(row.seq, row);
    if (row.step !== NOT_WAITED_FOR) this.#line(row);
  }

  /** Takes its place among the messages of its transaction. */
  #line(row: Row): void {
    const order = this.#orders.get(row.order) ?? [];
    this.#orders.set(row.order, order);
    const place = order.findIndex(({ seq }) => seq > row.seq);
    order.splice(place < 0 ? order.length : place, 0, row);
    if (order[0] === row) this.#release(row);
  }

  #dead(ids: readonly string[]): Row[] {
    this.#check();
    const wanted = new Set(ids);
    return [...this.#rows.values()].filter(({ id, state }) => state === 'dead' && wanted.has(id));
  }

  #schedule(row: Row, at: number): void {
    row.dueAt = at;
    let heap = this.#due.get(row.destination);
    if (!heap) {
      heap = new DueHeap();
      this.#due.set(row.destination, heap);
    }
    heap.push({ at, seq: row.seq });
  }

  /** The row that is due first; entries of the heap that no longer hold are dropped on the way. */
  #next(destination: string): Row | undefined {
    const heap = this.#due.get(destination);
    for (let top = heap?.peek(); heap && top; top = heap.peek()) {
      const row = this.#rows.get(top.seq);
      if (row?.dueAt === top.at) return row;
      heap.pop();
    }
    return undefined;
  }

  #held({ seq, id, fence }: Claim): Row | undefined {
    const row = this.#rows.get(seq);
    return row?.id === id && row.fence === fence && row.state === 'inFlight' ? row : undefined;
  }

  #apply(row: Row, settlement: Settlement): void {
    switch (settlement.outcome) {
      case 'delivered':
        this.#remove(row);
        break;
      case 'retry':
        row.state = 'pending';
        row.step = settlement.step;
        row.answer = storableText(settlement.answer);
        this.#schedule(row, settlement.at);
        break;
      case 'dead':
        row.state = 'dead';
        row.answer = storableText(settlement.answer);
        row.dueAt = undefined;
        break;
      case 'release':
        row.state = 'pending';
        row.attempt -= 1;
        this.#schedule(row, row.createdAt);
        break;
    }
  }

  #remove(row: Row): void {
    this.#rows.delete(row.seq);
    const order = this.#orders.get(row.order) ?? [];
    const place = order.indexOf(row);
    if (place < 0) return;
    order.splice(place, 1);
    const [head] = order;
    if (!head) this.#orders.delete(row.order);
    else if (place === 0) this.#release(head);
  }

  /** Nothing stands before it any more. */
  #release(row: Row): void {
    if (row.state === 'pending') this.#schedule(row, row.createdAt);
  }

  #check(): void {
    if (this.#closed) throw new QueueUnavailableError('The queue is closed.');
  }
}
