import type Database from 'libsql';
import type { DeliveryState, ListPage, ListRequest, QueueCounts, QueuedDelivery } from '../queue.js';
import { STATE } from './schema.js';

interface ListRecord {
  seq: number;
  id: string;
  destination: string;
  event: string;
  transaction_id: string;
  body: string;
  created_at: number;
  due_at: number | null;
  attempt: number;
  answer: string | null;
}

const STATES: Record<DeliveryState, number> = { pending: STATE.pending, inFlight: STATE.leased, dead: STATE.dead };

/** Questions about the queue that change nothing. */
export class Reader {
  readonly #nextDue;
  readonly #counts;
  readonly #list;
  readonly #listDead;

  constructor(db: Database.Database) {
    this.#nextDue = db.prepare(
      `SELECT min((SELECT min(due_at) FROM delivery WHERE destination = e.value)) AS due FROM json_each(?) e`,
    );
    this.#counts = db.prepare(
      `SELECT state, count(*) AS n FROM delivery WHERE destination IN (SELECT value FROM json_each(?)) GROUP BY state`,
    );
    const columns = 'seq, id, destination, event, transaction_id, body, created_at, due_at, attempt, answer';
    this.#list = db.prepare(`SELECT ${columns} FROM delivery WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?`);
    // Spelled out so that the partial index over dead rows applies.
    this.#listDead = db.prepare(
      `SELECT ${columns} FROM delivery WHERE state = ${STATE.dead} AND seq > ? ORDER BY seq LIMIT ?`,
    );
  }

  nextDue(destinations: string): number | null {
    const [row] = this.#nextDue.all(destinations) as { due: number | null }[];
    return row?.due ?? null;
  }

  counts(destinations: string): QueueCounts {
    const rows = this.#counts.all(destinations) as { state: number; n: number }[];
    const of = (state: number) => rows.find((row) => row.state === state)?.n ?? 0;
    return { pending: of(STATE.pending), inFlight: of(STATE.leased), dead: of(STATE.dead) };
  }

  list({ state, limit, cursor }: ListRequest): ListPage {
    const from = cursor === undefined ? 0 : Number(cursor);
    const found = (
      state === 'dead' ? this.#listDead.all(from, limit) : this.#list.all(STATES[state], from, limit)
    ) as ListRecord[];
    const items = found.map((row): QueuedDelivery => toItem(row, state));
    const last = found.at(-1);
    return last && found.length === limit ? { items, next: String(last.seq) } : { items };
  }
}

function toItem(row: ListRecord, state: DeliveryState): QueuedDelivery {
  return {
    id: row.id,
    destination: row.destination,
    event: row.event,
    transactionId: row.transaction_id,
    state,
    body: row.body,
    createdAt: row.created_at,
    attempts: row.attempt,
    ...(row.due_at === null ? {} : { dueAt: row.due_at }),
    ...(row.answer === null ? {} : { answer: row.answer }),
  };
}
