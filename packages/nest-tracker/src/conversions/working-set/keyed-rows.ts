import type { Dialect } from '../../storage/dialect.js';
import { type Query, reading } from '../../storage/transaction-work.js';

/**
 * A SELECT of the rows that many keys name, in one statement whose text is the same for every number of keys.
 *
 * @param keys Names of the parts of a key; the statement sees them as columns of `k`.
 * @param statement Given `FROM` with the keys, joined to the table by the condition that follows.
 */
export function keyedQuery(
  dialect: Dialect,
  keys: readonly string[],
  statement: (keysJoin: string) => string,
): (rows: readonly (readonly string[])[]) => Query {
  if (dialect === 'postgres') {
    const arrays = keys.map((_, i) => `$${i + 1}::text[]`).join(', ');
    const text = statement(`unnest(${arrays}) AS k(${keys.join(', ')}) JOIN`);
    return (rows) =>
      reading(
        text,
        keys.map((_, i) => rows.map((row) => row[i] ?? null)),
      );
  }
  // CROSS JOIN keeps SQLite from turning the join round and scanning the table.
  const parts = keys.map((key, i) => `value ->> ${i} AS ${key}`).join(', ');
  const text = statement(`(SELECT ${parts} FROM json_each(?)) AS k CROSS JOIN`);
  return (rows) => reading(text, [JSON.stringify(rows)]);
}
