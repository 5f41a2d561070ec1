import type { ReportRow } from './report.js';

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * Rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe before it: sub-ids come
 * from strangers' URLs.
 */
export function reportCsv(rows: readonly ReportRow[], dimensions: readonly string[]): string {
  const header = [...dimensions, ...METRIC_COLUMNS];
  const lines = [header, ...rows.map((row) => header.map((name) => row[name] ?? ''))];
  return `${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

const METRIC_COLUMNS = [
  ...['currency', 'clicks', 'uniqueClicks', 'bots', 'conversions', 'approved', 'pending', 'rejected', 'refunded'],
  ...['revenue', 'payout', 'cost', 'profit', 'cr', 'roi', 'epc', 'aov'],
];

function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
