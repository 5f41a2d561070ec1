import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, writing } from '../storage/transaction-work.js';
import { Rollup } from './rollup.entity.js';
import { addingUp, COMMON_LANE, ROLLUP_FIGURES } from './rollup-queries.js';

/**
 * Moves sums of many lanes into the common one, on PostgreSQL. A row that somebody is adding to at this moment is left for
 * the next time: whoever waited for it here could be waited for.
 */
export function foldQuery(storage: TrackerStorage, before: number, limit: number): Query {
  const { table, columns } = storage.rowsOf(Rollup);
  const names = columns.map(({ name }) => name);
  const figures = columns.filter(({ property }) => (ROLLUP_FIGURES as readonly string[]).includes(property));
  const sums = new Map(figures.map(({ name }) => [name, `SUM(g.${name})`]));
  const keys = columns.filter(({ property, name }) => !sums.has(name) && property !== 'lane');
  const lane = columns.find(({ property }) => property === 'lane')?.name ?? '';
  const values = names.map((name) => sums.get(name) ?? (name === lane ? COMMON_LANE : `g.${name}`));
  const text = `WITH g AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table}
      WHERE ${lane} <> ${COMMON_LANE} AND bucket < $1 LIMIT ${limit} FOR UPDATE SKIP LOCKED)) RETURNING *)
    INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM g
    GROUP BY ${keys.map(({ name }) => `g.${name}`).join(', ')}${addingUp(storage)}`;
  return writing(text, [before]);
}
