import type Database from 'libsql';
import type { DeliveryState, ListRequest, QueueCounts } from '../queue.js';
import { IDENTITY, STATE } from './schema.js';
import { MAX_PACK_ROWS } from './slice-mask.js';

const STATES: Record<DeliveryState, number> = { pending: STATE.pending, inFlight: STATE.leased, dead: STATE.dead };

const WANTED = '(?2 IS NULL OR destination = ?2) AND created_at >= ?3';

/** The state is spelled out so that the partial index over dead rows applies. */
const ofState = (state: number | undefined) => (state === undefined ? '' : `state = ${state} AND`);

const single = (state: number | undefined) =>
  `SELECT seq, id, destination, event, transaction_id, body, created_at, due_at, attempt, answer, state
   FROM delivery WHERE ${ofState(state)} seq > ?1 AND ${WANTED} ORDER BY seq LIMIT ?4`;

/**
 * The first slices have the first rows, but for those of one pack among each other: no two packs overlap, and all rows of a
 * slice are wanted or none. Those around the cursor may have nothing behind it, but there cannot be more of them than rows in
 * two packs.
 */
const packed = (state: number | undefined) =>
  `SELECT s.pack + e.key AS seq, e.value->>0, s.destination, e.value->>2, e.value->>3, e.value->>5, s.created_at, s.due_at,
          s.attempt, NULL, s.state
   FROM (SELECT * FROM slice WHERE ${ofState(state)} id > ?1 - ${MAX_PACK_ROWS} AND ${WANTED}
         ORDER BY id LIMIT ?4 + ${3 * MAX_PACK_ROWS}) s
   JOIN pack p ON p.seq = s.pack JOIN json_each(p.rows) e ON (s.mask >> e.key) & 1 WHERE s.pack + e.key > ?1`;

const both = (state: number | undefined) =>
  `SELECT * FROM (${single(state)}) UNION ALL SELECT * FROM (${packed(state)}) ORDER BY seq LIMIT ?4`;

/** Questions about the queue that change nothing. */
export class Reader {
  readonly #kept;
  readonly #nextDue;
  readonly #counts;
  readonly #list = new Map<number | undefined, Database.Statement>();

  constructor(private readonly db: Database.Database) {
    this.#kept = db.prepare(`SELECT b.destinations FROM ${IDENTITY}`);
    this.#nextDue = db.prepare(
      `SELECT min(due) AS due FROM (
         SELECT (SELECT min(due_at) FROM delivery WHERE destination = e.value) AS due FROM json_each(?1) e
         UNION ALL SELECT (SELECT min(due_at) FROM slice WHERE destination = e.value) FROM json_each(?1) e)`,
    );
    this.#counts = db.prepare(
      `SELECT coalesce(sum(n) FILTER (WHERE state = ${STATE.pending}), 0) AS pending,
              coalesce(sum(n) FILTER (WHERE state = ${STATE.leased}), 0) AS inFlight,
              coalesce(sum(n) FILTER (WHERE state = ${STATE.dead}), 0) AS dead
       FROM (SELECT state, count(*) AS n FROM delivery WHERE destination IN (SELECT value FROM json_each(?1)) GROUP BY state
             UNION ALL
             SELECT state, sum(size) FROM slice WHERE destination IN (SELECT value FROM json_each(?1)) GROUP BY state)`,
    );
  }

  kept(event: string, transactionId: string): string | null {
    const row = this.#kept.get(transactionId, event) as { destinations: string | null } | undefined;
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
    // What is given up has a row of its own, so no pack need be looked at.
    const rows = state === STATE.dead ? single(state) : both(state);
    const statement = this.db.prepare(
      `SELECT json_group_array(json_array(seq, id, destination, event, transaction_id, body, created_at, due_at, attempt,
                                          answer, state)) AS rows
       FROM (${rows})`,
    );
    this.#list.set(state, statement);
    return statement;
  }
}
