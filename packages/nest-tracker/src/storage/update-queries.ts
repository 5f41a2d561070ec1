import type { ObjectLiteral } from 'typeorm';
import type { Dialect } from './dialect.js';
import type { EntityRows } from './entity-rows.js';
import { type Cell, type Query, writing } from './transaction-work.js';

/** The statements that bring many rows up to date, found by their id, built once. */
export type UpdateQueries<Row> = (rows: readonly Row[]) => Query[];

/** @param fixed Properties that never change, `id` among them. */
export function updateQueries<Row extends ObjectLiteral>(
  { table, columns }: EntityRows<Row>,
  dialect: Dialect,
  fixed: readonly (keyof Row & string)[],
): UpdateQueries<Row> {
  const changing = columns.filter(({ property }) => !(fixed as readonly string[]).includes(property));
  if (dialect === 'sqlite') {
    const text = `UPDATE ${table} SET ${changing.map(({ name }) => `${name} = ?`).join(', ')} WHERE id = ?`;
    return (rows) => rows.map((row) => writing(text, [...changing.map(({ cell }) => cell(row) as Cell), row.id]));
  }
  const arrays = changing.map(({ arrayType }, i) => `$${i + 2}::${arrayType}`).join(', ');
  const text = `UPDATE ${table} AS t SET ${changing.map(({ name }) => `${name} = v.${name}`).join(', ')}
    FROM unnest($1::text[], ${arrays}) AS v(id, ${changing.map(({ name }) => name).join(', ')}) WHERE t.id = v.id`;
  return (rows) =>
    rows.length === 0
      ? []
      : [writing(text, [rows.map(({ id }) => id as string), ...changing.map(({ cell }) => rows.map(cell))])];
}
