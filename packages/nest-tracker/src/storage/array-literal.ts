import type { Cell } from './transaction-work.js';

/** What stands behind a backslash within an element's quotation marks. */
const SPECIAL = /["\\]/g;

/**
 * An array as PostgreSQL reads it from text. The driver's own way looks at every element by two regular expressions, and
 * most elements of a group are what their neighbours are.
 *
 * @param cell Makes an element.
 */
export function arrayLiteral<Row>(rows: readonly Row[], cell: (row: Row) => Cell | boolean): string {
  let text = '{';
  let last: Cell | boolean | undefined;
  let piece = '';
  for (const row of rows) {
    const value = cell(row);
    if (value !== last) {
      last = value;
      piece = elementOf(value);
    }
    text += text === '{' ? piece : `,${piece}`;
  }
  return `${text}}`;
}

/**
 * The same for a column that `unnest` puts beside others: nothing where all is null, because it fills up what is shorter
 * with nulls. Most rows have few of their many columns.
 */
export function columnLiteral<Row>(rows: readonly Row[], cell: (row: Row) => Cell | boolean): string {
  return rows.some((row) => cell(row) !== null) ? arrayLiteral(rows, cell) : '{}';
}

function elementOf(value: Cell | boolean): string {
  if (typeof value !== 'string') return value === null ? 'NULL' : String(value);
  const isPlain = !value.includes('"') && !value.includes('\\');
  return isPlain ? `"${value}"` : `"${value.replace(SPECIAL, '\\$&')}"`;
}
