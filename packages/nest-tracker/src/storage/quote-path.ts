/** The name of a table for SQL: its schema, where it has one, and its own name, each in quotes. */
export function quotePath(parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined)
    .map((part) => `"${part}"`)
    .join('.');
}
