import { NOT_WAITED_FOR } from '../not-waited-for.js';
import type { ListRequest } from '../queue.js';
import { listStatement } from './list-statement.js';
import { STATE, type TableNames } from './tables.js';

/** So many due rows are looked at when some of them turn out to wait for others. */
const PARK_WINDOW = 1_000;

/** Each ends in a SELECT, because TypeORM answers other commands in another shape. */
export interface PostgresStatements {
  readonly enqueue: string;
  readonly kept: string;
  readonly keptByOthers: string;
  readonly claim: string;
  readonly park: string;
  readonly extend: string;
  readonly delivered: string;
  readonly retry: string;
  readonly dead: string;
  readonly release: string;
  readonly unpark: string;
  readonly nextDue: string;
  readonly counts: string;
  readonly replay: string;
  readonly discard: string;
  list(request: ListRequest): [sql: string, values: (string | number)[]];
}

export function postgresStatements({ messages, deliveries }: TableNames): PostgresStatements {
  const earlier = `SELECT 1 FROM ${deliveries} e WHERE e.transaction_id = d.transaction_id AND e.event = d.event
    AND e.destination = d.destination AND e.position < d.position AND e.step > ${NOT_WAITED_FOR}`;
  const match = `d.id = c.id AND d.fence = c.fence AND d.state = ${STATE.leased}`;
  const claims = 'unnest($1::text[], $2::int[]) AS c(id, fence)';
  const change = (set: string, from = claims) =>
    `WITH changed AS (UPDATE ${deliveries} d SET ${set} FROM ${from} WHERE ${match} RETURNING d.id, d.fence)
     SELECT id, fence FROM changed`;
  return {
    // One statement, so that it is one commit and one round trip. The identity row is always written: its lock makes two
    // messages of one transaction wait for each other, so that their positions are given out in the order of commits. How long: set before the row is locked, and until
    // this statement's own transaction ends; NULL leaves it as the caller's transaction has it.
    enqueue: `
      WITH identity AS (
        INSERT INTO ${messages} AS m (event, transaction_id, id, created_at, destinations, position)
        SELECT $1, $2, $3, $4::bigint, $5, 0
        FROM set_config('lock_timeout', coalesce($13::text, current_setting('lock_timeout')), true)
        ON CONFLICT (event, transaction_id) DO UPDATE SET
          id = coalesce(m.id, excluded.id), created_at = coalesce(m.created_at, excluded.created_at),
          destinations = coalesce(m.destinations, excluded.destinations), position = m.position + 1
        RETURNING id, created_at, destinations, position),
      stored AS (
        INSERT INTO ${deliveries} (id, seq, destination, event, transaction_id, position, body, created_at, due_at,
                                   answer, state, attempt, step, fence)
        SELECT n.id, n.seq, n.destination, $1, $2, identity.position, n.body, $6,
          CASE WHEN n.dead IS NULL THEN $6::bigint END, n.dead,
          CASE WHEN n.dead IS NULL THEN ${STATE.pending} ELSE ${STATE.dead} END, 0, n.step, 0
        FROM identity,
          unnest($7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::int[])
            AS n(id, seq, destination, body, dead, step)
        WHERE $3::text IS NULL OR identity.id = $3)
      SELECT * FROM identity`,
    kept: `SELECT destinations FROM ${messages} WHERE event = $1 AND transaction_id = $2`,
    // To be undone: writes the identity only to wait for whoever is storing it and has not committed.
    keptByOthers: `
      WITH identity AS (
        INSERT INTO ${messages} AS m (event, transaction_id, position) VALUES ($1, $2, 0)
        ON CONFLICT (event, transaction_id) DO UPDATE SET position = m.position RETURNING m.destinations)
      SELECT destinations FROM identity`,
    // What was committed before a later message of its chain is in every snapshot that has the later one.
    claim: `
      WITH due AS MATERIALIZED (
        SELECT d.id, d.position > 0 AND EXISTS (${earlier}) AS blocked
        FROM ${deliveries} d WHERE d.destination = $1 AND d.due_at <= $2
        ORDER BY d.due_at, d.seq LIMIT $3 FOR NO KEY UPDATE OF d SKIP LOCKED),
      leased AS (
        UPDATE ${deliveries} d SET state = ${STATE.leased}, due_at = $4, fence = d.fence + 1, attempt = d.attempt + 1
        FROM due WHERE d.id = due.id AND NOT due.blocked RETURNING d.*)
      SELECT due.blocked, leased.* FROM due LEFT JOIN leased ON leased.id = due.id`,
    // Of the first due rows those that wait. The earlier row is locked against deletion: whoever delivers it comes after
    // us and sees that we wait.
    park: `
      WITH head AS (
        SELECT id FROM ${deliveries} WHERE destination = $1 AND due_at <= $2 ORDER BY due_at, seq LIMIT ${PARK_WINDOW}),
      waiting AS (
        SELECT d.id FROM ${deliveries} d
        WHERE d.id IN (SELECT id FROM head) AND d.position > 0 AND d.state = ${STATE.pending} AND d.due_at IS NOT NULL
          AND EXISTS (${earlier} FOR KEY SHARE SKIP LOCKED)
        FOR NO KEY UPDATE OF d SKIP LOCKED),
      parked AS (UPDATE ${deliveries} d SET due_at = NULL FROM waiting WHERE d.id = waiting.id RETURNING d.id)
      SELECT id FROM parked`,
    extend: change('due_at = $3'),
    delivered: `
      WITH gone AS (
        DELETE FROM ${deliveries} d USING ${claims} WHERE ${match}
        RETURNING d.id, d.destination, d.event, d.transaction_id)
      SELECT * FROM gone`,
    retry: change(
      `state = ${STATE.pending}, due_at = c.at, step = c.step, answer = c.answer`,
      'unnest($1::text[], $2::int[], $3::bigint[], $4::int[], $5::text[]) AS c(id, fence, at, step, answer)',
    ),
    dead: change(
      `state = ${STATE.dead}, due_at = NULL, answer = c.answer`,
      'unnest($1::text[], $2::int[], $3::text[]) AS c(id, fence, answer)',
    ),
    release: change(`state = ${STATE.pending}, due_at = d.created_at, attempt = d.attempt - 1`),
    // `coalesce`, because the index over `due_at` would find all that is parked, which may be a lot.
    unpark: `
      WITH woken AS (
        UPDATE ${deliveries} d SET due_at = d.created_at
        FROM unnest($1::text[], $2::text[], $3::text[]) AS c(destination, event, transaction_id)
        WHERE d.destination = c.destination AND d.event = c.event AND d.transaction_id = c.transaction_id
          AND d.state = ${STATE.pending} AND coalesce(d.due_at, -1) = -1
        RETURNING d.id)
      SELECT id FROM woken`,
    nextDue: `
      SELECT min(due) AS due FROM unnest($1::text[]) AS n(destination), LATERAL (
        SELECT min(d.due_at) AS due FROM ${deliveries} d WHERE d.destination = n.destination) AS first`,
    counts: `
      SELECT count(*) FILTER (WHERE state = ${STATE.pending}) AS pending,
             count(*) FILTER (WHERE state = ${STATE.leased}) AS "inFlight",
             count(*) FILTER (WHERE state = ${STATE.dead}) AS dead
      FROM ${deliveries} WHERE destination = ANY($1::text[])`,
    replay: `
      WITH back AS (
        UPDATE ${deliveries} SET state = ${STATE.pending}, due_at = $2, step = 0
        WHERE id = ANY($1::text[]) AND state = ${STATE.dead} AND body <> '' RETURNING id)
      SELECT id FROM back`,
    discard: `
      WITH gone AS (
        DELETE FROM ${deliveries} WHERE id = ANY($1::text[]) AND state = ${STATE.dead}
        RETURNING id, destination, event, transaction_id)
      SELECT * FROM gone`,
    list(request) {
      const [sql, values] = listStatement(deliveries, request);
      let n = 0;
      return [
        sql.replaceAll('?', () => {
          n += 1;
          return `$${n}`;
        }),
        values,
      ];
    },
  };
}
