import { NOT_WAITED_FOR } from '../not-waited-for.js';
import type { ListRequest } from '../queue.js';
import { listConditions } from './rows.js';

/** One page with its values, in SQLite's writing; a delivery that waits for an earlier one has no time of its own. */
export function listStatement(deliveries: string, request: ListRequest): [sql: string, values: (string | number)[]] {
  const conditions = listConditions(request);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
  const sql = `
    SELECT d.id, d.seq, d.destination, d.event, d.transaction_id, d.body, d.created_at, d.state, d.attempt, d.answer,
           CASE WHEN d.position > 0 AND EXISTS (
             SELECT 1 FROM ${deliveries} e WHERE e.transaction_id = d.transaction_id AND e.event = d.event
             AND e.destination = d.destination AND e.position < d.position AND e.step > ${NOT_WAITED_FOR}) THEN NULL ELSE d.due_at END AS due_at
    FROM ${deliveries} d ${where} ORDER BY d.seq, d.id LIMIT ?`;
  return [sql, [...conditions.flatMap(([, ...values]) => values), request.limit]];
}
