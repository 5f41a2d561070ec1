import type { Cell } from './transaction-work.js';

/** What stands behind a backslash within an element's quotation marks. */
const SPECIAL = /["\\]/g;

/**
 * An array as PostgreSQL reads it from text. The driver's own way looks at every element by two regular expressions, and
 * most elements of a group are what their neighbours are.
 */
export function arrayLiteral(values: readonly (Cell | boolean)[]): string {
  let text = '{';
  let last: Cell | boolean | undefined;
  let piece = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as Cell | boolean;
    if (value !== last) {
      last = value;
      piece = elementOf(value);
    }
    text += i === 0 ? piece : `,${piece}`;
  }
  return `${text}}`;
}

/**
 * The same for a column that `unnest` puts beside others: nothing where all is null, because it fills up what is shorter
 * with nulls. Most rows have few of their many columns.
 */
export function columnLiteral(values: readonly (Cell | boolean)[]): string {
  return values.every((value) => value === null) ? '{}' : arrayLiteral(values);
}

function elementOf(value: Cell | boolean): string {
  if (typeof value !== 'string') return value === null ? 'NULL' : String(value);
  const isPlain = !value.includes('"') && !value.includes('\\');
  return isPlain ? `"${value}"` : `"${value.replace(SPECIAL, '\\$&')}"`;
}
