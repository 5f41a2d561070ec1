/** The tables that PostgreSQL keeps in a partition for each month: they grow with the traffic, and old rows are dropped. */
export const PARTITIONED_TABLES: ReadonlySet<string> = new Set(['tallyback_clicks', 'tallyback_inbound_postbacks']);

/** The partition for rows of every month that has none of its own, so that no row is ever refused. */
export function restOf(table: string): string {
  return `${table}_rest`;
}
