import type { ObjectLiteral } from 'typeorm';
import { columnLiteral } from './array-literal.js';
import type { Dialect } from './dialect.js';
import type { EntityColumn, EntityRows } from './entity-rows.js';
import { type Cell, type Query, type TransactionWork, writing } from './transaction-work.js';

/** Rows per SQLite statement: a handful of prepared statements serves every number of rows. */
const SQLITE_CHUNKS = [64, 16, 4, 1] as const;
/** Sets of columns that statements are kept for; rows with yet another one are written with all columns. */
const MAX_LAYOUTS = 16;

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
            columns.map(({ cell }) => columnLiteral(rows.map(cell))),
          ),
        ];
}

/**
 * Columns that are null in all the rows are left out: most clicks have few of their many columns, and SQLite's driver
 * takes its time for every value.
 */
function sqliteInsert<Row extends ObjectLiteral>(
  { table, columns }: EntityRows<Row>,
  tail: string,
): InsertQueries<Row> {
  const layouts = new Map<string, Layout<Row>>();
  const full = layoutOf(table, columns, tail);
  const layoutFor = (rows: readonly Row[]) => {
    const used = columns.filter(({ optional, cell }) => !optional || rows.some((row) => cell(row) !== null));
    if (used.length === columns.length) return full;
    const key = used.map(({ name }) => name).join();
    const known = layouts.get(key);
    if (known || layouts.size >= MAX_LAYOUTS) return known ?? full;
    const layout = layoutOf(table, used, tail);
    layouts.set(key, layout);
    return layout;
  };
  return (rows) => {
    if (rows.length === 0) return [];
    const { columns: used, texts } = layoutFor(rows);
    const queries: Query[] = [];
    let done = 0;
    for (const [i, size] of SQLITE_CHUNKS.entries()) {
      for (; rows.length - done >= size; done += size) {
        const parameters: Cell[] = [];
        for (let r = done; r < done + size; r++) {
          for (const { cell } of used) parameters.push(cell(rows[r] as Row) as Cell);
        }
        queries.push(writing(texts[i] as string, parameters));
      }
    }
    return queries;
  };
}

/** Statements for some of the columns, one for each size of chunk. */
interface Layout<Row> {
  readonly columns: readonly EntityColumn<Row>[];
  readonly texts: readonly string[];
}

function layoutOf<Row>(table: string, columns: readonly EntityColumn<Row>[], tail: string): Layout<Row> {
  const head = `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')})`;
  const tuple = `(${columns.map(() => '?').join(', ')})`;
  return { columns, texts: SQLITE_CHUNKS.map((size) => `${head} VALUES ${Array(size).fill(tuple).join(', ')}${tail}`) };
}

/** Runs statements in order and says how many rows they wrote. */
export function* writeAll(queries: readonly Query[]): TransactionWork<number> {
  let changes = 0;
  for (const query of queries) changes += (yield query).changes;
  return changes;
}
