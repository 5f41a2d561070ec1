import type Database from 'libsql';
import type { DeliveryState, ListRequest, QueueCounts } from '../queue.js';
import { STATE } from './schema.js';

const STATES: Record<DeliveryState, number> = { pending: STATE.pending, inFlight: STATE.leased, dead: STATE.dead };

/** Questions about the queue that change nothing. */
export class Reader {
  readonly #kept;
  readonly #nextDue;
  readonly #counts;
  readonly #list = new Map<number | undefined, Database.Statement>();

  constructor(private readonly db: Database.Database) {
    this.#kept = db.prepare('SELECT destinations FROM message WHERE event = ? AND transaction_id = ?');
    this.#nextDue = db.prepare(
      `SELECT min((SELECT min(due_at) FROM delivery WHERE destination = e.value)) AS due FROM json_each(?) e`,
    );
    this.#counts = db.prepare(
      `SELECT count(*) FILTER (WHERE state = ${STATE.pending}) AS pending,
              count(*) FILTER (WHERE state = ${STATE.leased}) AS inFlight,
              count(*) FILTER (WHERE state = ${STATE.dead}) AS dead
       FROM delivery WHERE destination IN (SELECT value FROM json_each(?))`,
    );
  }

  kept(event: string, transactionId: string): string | null {
    const row = this.#kept.get(event, transactionId) as { destinations: string | null } | undefined;
    return row?.destinations ?? null;
  }

  nextDue(destinations: string): number | null {
    return (this.#nextDue.get(destinations) as { due: number | null }).due;
  }

  counts(destinations: string): QueueCounts {
    const { pending, inFlight, dead } = this.#counts.get(destinations) as QueueCounts;
    return { pending, inFlight, dead };
  }

  list({ state, destination, since, limit, cursor }: ListRequest): string {
    const statement = this.#listOf(state === undefined ? undefined : STATES[state]);
    const { rows } = statement.get(Number(cursor ?? 0), destination ?? null, since ?? 0, limit) as { rows: string };
    return rows;
  }

  #listOf(state: number | undefined): Database.Statement {
    const known = this.#list.get(state);
    if (known) return known;
    // The state is spelled out so that the partial index over dead rows applies.
    const statement = this.db.prepare(
      `SELECT json_group_array(json_array(seq, id, destination, event, transaction_id, body, created_at, due_at, attempt,
                                          answer, state)) AS rows
       FROM (SELECT * FROM delivery WHERE ${state === undefined ? '' : `state = ${state} AND`} seq > ?1
             AND (?2 IS NULL OR destination = ?2) AND created_at >= ?3 ORDER BY seq LIMIT ?4)`,
    );
    this.#list.set(state, statement);
    return statement;
  }
}
