import { NOT_WAITED_FOR } from '../not-waited-for.js';
import type { ListRequest } from '../queue.js';
import { listStatement } from './list-statement.js';
import { STATE, type TableNames } from './tables.js';

export type SqliteStatements = ReturnType<typeof sqliteStatements>;

/** Plain `?` only: better-sqlite3 does not take numbered ones as an array. */
export function sqliteStatements({ messages, deliveries }: TableNames) {
  const earlier = `SELECT 1 FROM ${deliveries} e WHERE e.transaction_id = d.transaction_id AND e.event = d.event
    AND e.destination = d.destination AND e.position < d.position AND e.step > ${NOT_WAITED_FOR}`;
  const held = `WHERE id = ? AND fence = ? AND state = ${STATE.leased}`;
  return {
    identity: `
      INSERT INTO ${messages} AS m (event, transaction_id, id, created_at, destinations, position) VALUES (?, ?, ?, ?, ?, 0)
      ON CONFLICT (event, transaction_id) DO UPDATE SET
        id = coalesce(m.id, excluded.id), created_at = coalesce(m.created_at, excluded.created_at),
        destinations = coalesce(m.destinations, excluded.destinations), position = m.position + 1
      RETURNING id, created_at, destinations, position`,
    kept: `SELECT destinations FROM ${messages} WHERE event = ? AND transaction_id = ?`,
    store: `
      INSERT INTO ${deliveries} (id, seq, destination, event, transaction_id, position, body, created_at, due_at,
                                 state, answer, attempt, step, fence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0)`,
    due: `
      SELECT d.*, d.position > 0 AND EXISTS (${earlier}) AS blocked
      FROM ${deliveries} d WHERE d.destination = ? AND d.due_at <= ? ORDER BY d.due_at, d.seq LIMIT ?`,
    lease: `
      UPDATE ${deliveries} SET state = ${STATE.leased}, due_at = ?, fence = fence + 1, attempt = attempt + 1 WHERE id = ?`,
    park: `UPDATE ${deliveries} SET due_at = NULL WHERE id = ?`,
    extend: `UPDATE ${deliveries} SET due_at = ? ${held}`,
    delivered: `DELETE FROM ${deliveries} ${held} RETURNING destination, event, transaction_id`,
    retry: `UPDATE ${deliveries} SET state = ${STATE.pending}, due_at = ?, step = ?, answer = ? ${held}`,
    dead: `UPDATE ${deliveries} SET state = ${STATE.dead}, due_at = NULL, answer = ? ${held}`,
    release: `UPDATE ${deliveries} SET state = ${STATE.pending}, due_at = created_at, attempt = attempt - 1 ${held}`,
    // `coalesce`, because the index over `due_at` would find all that is parked, which may be a lot.
    unpark: `
      UPDATE ${deliveries} SET due_at = created_at
      WHERE destination = ? AND event = ? AND transaction_id = ? 
        AND state = ${STATE.pending} AND coalesce(due_at, -1) = -1`,
    nextDue: `
      SELECT min((SELECT min(d.due_at) FROM ${deliveries} d WHERE d.destination = n.value)) AS due FROM json_each(?) n`,
    counts: `
      SELECT count(*) FILTER (WHERE state = ${STATE.pending}) AS pending,
             count(*) FILTER (WHERE state = ${STATE.leased}) AS inFlight,
             count(*) FILTER (WHERE state = ${STATE.dead}) AS dead
      FROM ${deliveries} WHERE destination IN (SELECT value FROM json_each(?))`,
    replay: `
      UPDATE ${deliveries} SET state = ${STATE.pending}, due_at = ?, step = 0
      WHERE id = ? AND state = ${STATE.dead} AND body <> ''`,
    discard: `
      DELETE FROM ${deliveries} WHERE id = ? AND state = ${STATE.dead} RETURNING destination, event, transaction_id`,
    list: (request: ListRequest) => listStatement(deliveries, request),
  };
}
