import type { ObjectLiteral } from 'typeorm';
import type { Dialect } from './dialect.js';
import type { EntityRows } from './entity-rows.js';
import { type Cell, type Query, type TransactionWork, writing } from './transaction-work.js';

/** Rows per SQLite statement: a handful of prepared statements serves every number of rows. */
const SQLITE_CHUNKS = [64, 16, 4, 1] as const;

/**
 * The statements that insert many rows, built once. TypeORM's own insert costs six to fifteen times the statement
 * itself, which is why the hot tables do not use it.
 */
export type InsertQueries<Row> = (rows: readonly Row[]) => Query[];

/** @param onConflict What follows the rows, ` ON CONFLICT …`. */
export function insertQueries<Row extends ObjectLiteral>(
  entity: EntityRows<Row>,
  dialect: Dialect,
  onConflict = '',
): InsertQueries<Row> {
  const names = entity.columns.map(({ name }) => name).join(', ');
  const head = `INSERT INTO ${entity.table} (${names})`;
  return dialect === 'postgres' ? postgresInsert(entity, head, onConflict) : sqliteInsert(entity, head, onConflict);
}

/** `unnest` keeps the statement's text the same for every number of rows, so that PostgreSQL parses nothing new. */
function postgresInsert<Row extends ObjectLiteral>(
  { columns }: EntityRows<Row>,
  head: string,
  tail: string,
): InsertQueries<Row> {
  const arrays = columns.map(({ arrayType }, i) => `$${i + 1}::${arrayType}`).join(', ');
  const text = `${head} SELECT * FROM unnest(${arrays})${tail}`;
  return (rows) =>
    rows.length === 0
      ? []
      : [
          writing(
            text,
            columns.map(({ cell }) => rows.map(cell)),
          ),
        ];
}

function sqliteInsert<Row extends ObjectLiteral>(
  { columns }: EntityRows<Row>,
  head: string,
  tail: string,
): InsertQueries<Row> {
  const tuple = `(${columns.map(() => '?').join(', ')})`;
  const texts = SQLITE_CHUNKS.map((size) => `${head} VALUES ${Array(size).fill(tuple).join(', ')}${tail}`);
  return (rows) => {
    const queries: Query[] = [];
    let done = 0;
    for (const [i, size] of SQLITE_CHUNKS.entries()) {
      for (; rows.length - done >= size; done += size) {
        const parameters: Cell[] = [];
        for (let r = done; r < done + size; r++) {
          for (const { cell } of columns) parameters.push(cell(rows[r] as Row) as Cell);
        }
        queries.push(writing(texts[i] as string, parameters));
      }
    }
    return queries;
  };
}

/** Runs statements in order and says how many rows they wrote. */
export function* writeAll(queries: readonly Query[]): TransactionWork<number> {
  let changes = 0;
  for (const query of queries) changes += (yield query).changes;
  return changes;
}
