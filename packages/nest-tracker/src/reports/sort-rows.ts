import type { ReportRequest, ReportRow } from './report.js';

/** Orders rows by one field: text by its letters, counts and money by their size, absent values last. */
export function sortRows(rows: readonly ReportRow[], sort: ReportRequest['sort']): readonly ReportRow[] {
  if (!sort) return rows;
  const direction = sort.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const left = a[sort.field] ?? null;
    const right = b[sort.field] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return direction * compare(left, right);
  });
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'string' && typeof b === 'string' && !(DECIMAL.test(a) && DECIMAL.test(b)))
    return a < b ? -1 : a > b ? 1 : 0;
  // For the order alone a float is exact enough; no amount is computed with it.
  return Number(a) - Number(b);
}
