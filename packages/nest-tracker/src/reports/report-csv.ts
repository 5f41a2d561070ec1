import { csvLine } from '../http/csv.js';
import { hasShares, type ReportRow } from './report.js';

/** Rows that are written at a time. */
const PAGE = 500;

/**
 * Rows as CSV, dimensions first; text is made only as fast as it is read.
 *
 * @param hidden Figures that are left out.
 */
export function* reportCsv(
  rows: readonly ReportRow[],
  dimensions: readonly string[],
  hidden: readonly string[] = [],
): Generator<string> {
  const header = [...dimensions, ...columns(dimensions).filter((name) => !hidden.includes(name))];
  yield csvLine(header);
  for (let i = 0; i < rows.length; i += PAGE) {
    const page = rows.slice(i, i + PAGE);
    yield page.map((row) => csvLine(header.map((name) => row[name] ?? ''))).join('');
  }
}

function columns(dimensions: readonly string[]): string[] {
  return hasShares(dimensions) ? [...METRIC_COLUMNS, 'share'] : METRIC_COLUMNS;
}

const METRIC_COLUMNS = [
  ...['currency', 'clicks', 'uniqueClicks', 'bots', 'conversions', 'approved', 'pending', 'rejected', 'refunded'],
  ...['revenue', 'payout', 'cost', 'profit', 'cr', 'roi', 'epc', 'aov'],
];
