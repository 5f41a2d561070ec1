const NUMERIC = /^-?[\d,.]+%?$/;

/**
 * Aligned text columns: numbers to the right, words to the left, nothing in a column that no row has.
 *
 * @param {string[]} columns in order
 * @param {Record<string, unknown>[]} rows
 */
export function formatTable(columns, rows) {
  const shown = columns.filter((column) => rows.some((row) => row[column] !== undefined && row[column] !== null));
  const cells = rows.map((row) => shown.map((column) => String(row[column] ?? '-')));
  const widths = shown.map((column, index) => Math.max(column.length, ...cells.map((row) => row[index].length)));
  const line = (row) =>
    row.map((cell, index) => (isNumeric(cells, index) ? cell.padStart(widths[index]) : cell.padEnd(widths[index])));
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(shown), rule, ...cells.map(line)].map((row) => row.join('  ').trimEnd()).join('\n');
}

function isNumeric(cells, index) {
  return cells.every((row) => NUMERIC.test(row[index]) || row[index] === '-');
}
