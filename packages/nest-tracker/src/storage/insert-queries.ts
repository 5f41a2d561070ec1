import type { ObjectLiteral } from 'typeorm';
import { columnLiteral } from './array-literal.js';
import type { Dialect } from './dialect.js';
import type { EntityRows } from './entity-rows.js';
import { sqliteInsert } from './sqlite-insert.js';
import { type Query, type TransactionWork, writing } from './transaction-work.js';

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
  return dialect === 'postgres' ? postgresInsert(entity, onConflict) : sqliteInsert(entity, onConflict);
}

/** `unnest` keeps the statement's text the same for every number of rows, so that PostgreSQL parses nothing new. */
function postgresInsert<Row extends ObjectLiteral>(
  { table, columns }: EntityRows<Row>,
  tail: string,
): InsertQueries<Row> {
  const head = `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')})`;
  const arrays = columns.map(({ arrayType }, i) => `$${i + 1}::${arrayType}`).join(', ');
  const text = `${head} SELECT * FROM unnest(${arrays})${tail}`;
  return (rows) =>
    rows.length === 0
      ? []
      : [
          writing(
            text,
            columns.map(({ cell }) => columnLiteral(rows, cell)),
          ),
        ];
}

/** Runs statements in order and says how many rows they wrote. */
export function* writeAll(queries: readonly Query[]): TransactionWork<number> {
  let changes = 0;
  for (const query of queries) changes += (yield query).changes;
  return changes;
}
