import type {
  Claim,
  ClaimedDelivery,
  EnqueueResult,
  FirstMessage,
  NewMessage,
  QueueCounts,
  QueuedDelivery,
  Settlement,
} from '../../../src/queue/queue.js';
import type { Recall } from '../../../src/recall.js';

/** A delivery that is not confirmed. */
export interface ModelRow {
  readonly id: string;
  readonly destination: string;
  readonly event: string;
  readonly transactionId: string;
  readonly body: string;
  readonly createdAt: number;
  /** Later messages of its transaction wait for it. */
  readonly waitedFor: boolean;
  state: QueuedDelivery['state'];
  /** When it may be claimed, once nothing is before it; the store may think so from `dueFrom` to `dueTo`. */
  dueFrom: number;
  dueTo: number;
  attempts: number;
  step: number;
  fence: number;
  answer: string | undefined;
  /** Which of the processes holds it. */
  owner: number;
}

/** A claim as it was given out: maybe out of date. */
export interface Given extends Claim {
  readonly by: number;
}

/** Who holds what a process has handed back: whoever still has the claim may settle it. */
const NOBODY = -1;

type Identity = FirstMessage & { readonly recall: Recall | undefined };

const chainOf = ({ destination, event, transactionId }: ModelRow) => `${destination} ${event} ${transactionId}`;
const keyOf = (event: string, transactionId: string) => `${event} ${transactionId}`;

/** What a queue is, told in the simplest way: a list in the order of acceptance, and rules about who may go first. */
export class QueueModel {
  now = 10_000;
  rows: ModelRow[] = [];
  /** Every claim ever given out, so that those out of date are tried too. */
  readonly given: Given[] = [];
  readonly stored: string[] = [];
  readonly #identities = new Map<string, Identity>();

  enqueue({ kind, event, transactionId, id, createdAt, deliveries, recall }: NewMessage): EnqueueResult {
    if (kind === 'created') {
      const first = this.#identities.get(keyOf(event, transactionId));
      if (first)
        return { stored: false, first: { id: first.id, createdAt: first.createdAt, destinations: first.destinations } };
      const destinations = deliveries.map(({ destination }) => destination);
      this.#identities.set(keyOf(event, transactionId), { id, createdAt, destinations, recall });
    }
    for (const { id: own, destination, body, dead } of deliveries) {
      const due = { dueFrom: createdAt, dueTo: createdAt, attempts: 0, step: 0, fence: 0, owner: 0 };
      const row = { id: own, destination, event, transactionId, body, createdAt, ...due };
      const state = dead === undefined ? 'pending' : 'dead';
      this.rows.push({ ...row, state, answer: dead, waitedFor: kind === 'created' || dead === undefined });
      this.stored.push(own);
    }
    return { stored: true };
  }

  recall(event: string, transactionId: string): Recall | undefined {
    return this.#identities.get(keyOf(event, transactionId))?.recall;
  }

  /** Nothing of its transaction is before it. */
  isFirst(row: ModelRow): boolean {
    return this.rows.find((other) => other.waitedFor && chainOf(other) === chainOf(row)) === row;
  }

  claimable(destination: string): ModelRow[] {
    return this.rows.filter(
      (row) => row.destination === destination && row.state !== 'dead' && row.dueTo <= this.now && this.isFirst(row),
    );
  }

  /** Takes over what a store gave out. */
  claimed(by: number, { seq, id, fence }: ClaimedDelivery, until: number): void {
    const row = this.#row(id) as ModelRow;
    Object.assign(row, { state: 'inFlight', dueFrom: until, dueTo: until, fence, owner: by });
    row.attempts += 1;
    this.given.push({ seq, id, fence, by });
  }

  settle(settlement: Settlement): boolean {
    const row = this.#held(settlement);
    if (!row) return false;
    switch (settlement.outcome) {
      case 'delivered':
        this.#remove(row);
        break;
      case 'retry':
        Object.assign(row, { state: 'pending', step: settlement.step, answer: settlement.answer });
        this.#due(row, settlement.at);
        break;
      case 'dead':
        Object.assign(row, { state: 'dead', answer: settlement.answer });
        break;
      case 'release':
        Object.assign(row, { state: 'pending', attempts: row.attempts - 1 });
        this.#due(row, row.createdAt);
        break;
    }
    return true;
  }

  extend(claim: Claim, until: number): boolean {
    const row = this.#held(claim);
    if (row) this.#due(row, until);
    return row !== undefined;
  }

  replay(ids: readonly string[]): number {
    const dead = this.#dead(ids).filter(({ body }) => body !== '');
    for (const row of dead) {
      Object.assign(row, { state: 'pending', step: 0, dueTo: this.now });
      row.dueFrom = this.isFirst(row) ? this.now : row.createdAt;
    }
    return dead.length;
  }

  discard(ids: readonly string[]): number {
    const dead = this.#dead(ids);
    for (const row of dead) this.#remove(row);
    return dead.length;
  }

  /** Claims whose row somebody else has claimed since. */
  overtaken(): Given[] {
    return this.given.filter(({ id, fence }) => (this.#row(id)?.fence ?? fence) > fence);
  }

  /** A process ends in an orderly way, and hands back what it holds. */
  handBack(by: number): void {
    for (const row of this.rows) {
      if (row.state !== 'inFlight' || row.owner !== by) continue;
      this.#due(row, row.createdAt);
      row.owner = NOBODY;
    }
  }

  counts(destinations: readonly string[]): QueueCounts {
    const counts = { pending: 0, inFlight: 0, dead: 0 };
    for (const { destination, state } of this.rows) if (destinations.includes(destination)) counts[state] += 1;
    return counts;
  }

  /** When the earliest may be claimed: not before the first and not after the second time. */
  nextDue(destinations: readonly string[]): [from: number, to: number] | undefined {
    const ready = this.rows.filter(
      (row) => destinations.includes(row.destination) && row.state !== 'dead' && this.isFirst(row),
    );
    if (ready.length === 0) return undefined;
    return [Math.min(...ready.map(({ dueFrom }) => dueFrom)), Math.min(...ready.map(({ dueTo }) => dueTo))];
  }

  #due(row: ModelRow, at: number): void {
    row.dueFrom = at;
    row.dueTo = at;
  }

  #held({ id, fence }: Claim): ModelRow | undefined {
    const row = this.#row(id);
    return row?.state === 'inFlight' && row.fence === fence ? row : undefined;
  }

  #dead(ids: readonly string[]): ModelRow[] {
    return this.rows.filter(({ id, state }) => state === 'dead' && ids.includes(id));
  }

  #row(id: string): ModelRow | undefined {
    return this.rows.find((row) => row.id === id);
  }

  #remove(row: ModelRow): void {
    this.rows = this.rows.filter((other) => other !== row);
  }
}
