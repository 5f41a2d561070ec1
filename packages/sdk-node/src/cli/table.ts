/** How a column stands: numbers to the right. */
export type Alignment = 'left' | 'right';

/** Rows with their columns in line, two spaces between them, nothing after the last. */
export function table(rows: readonly (readonly string[])[], alignments: readonly Alignment[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return alignments[column] === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join('  ').trimEnd();
  };
  return rows.map(line).join('\n');
}
