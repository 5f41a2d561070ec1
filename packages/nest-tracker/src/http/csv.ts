const NUMBER = /^-?\d+(\.\d+)?$/;
/** The full-width forms, too, which East Asian spreadsheets read as the plain ones (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * One line of CSV (RFC 4180) with its end. A text that a spreadsheet would take for a formula gets an apostrophe before
 * it: much of what is written out comes from strangers' URLs.
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string | number): string {
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
