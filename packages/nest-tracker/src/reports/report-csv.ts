import { csvLine } from '../http/csv.js';
import type { ReportRow } from './report.js';

/**
 * Rows as CSV, dimensions first.
 *
 * @param hidden Figures that are left out.
 */
export function reportCsv(
  rows: readonly ReportRow[],
  dimensions: readonly string[],
  hidden: readonly string[] = [],
): string {
  const header = [...dimensions, ...METRIC_COLUMNS.filter((name) => !hidden.includes(name))];
  return [header, ...rows.map((row) => header.map((name) => row[name] ?? ''))].map(csvLine).join('');
}

const METRIC_COLUMNS = [
  ...['currency', 'clicks', 'uniqueClicks', 'bots', 'conversions', 'approved', 'pending', 'rejected', 'refunded'],
  ...['revenue', 'payout', 'cost', 'profit', 'cr', 'roi', 'epc', 'aov'],
];
