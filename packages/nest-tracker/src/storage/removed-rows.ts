import { Setting } from './setting.entity.js';
import type { TrackerStorage } from './tracker-storage.js';
import { reading, type TransactionWork, writing } from './transaction-work.js';

/** A table whose old rows are removed while sums of them stay. */
export type SummedTable = 'clicks' | 'conversions';

const nameOf = (table: SummedTable) => `removed_${table}`;

/**
 * Remembers that rows from before this time are removed, so that nobody takes their absence for a mistake of the sums;
 * what is set in the options today does not tell what was removed when something else was set.
 */
export function* noteRemoved(storage: TrackerStorage, table: SummedTable, before: number): TransactionWork<void> {
  const { table: settings } = storage.rowsOf(Setting);
  const [name, value] = storage.dialect === 'postgres' ? ['$1', '$2'] : ['?', '?'];
  // Another process may have come further.
  yield writing(
    `INSERT INTO ${settings} (name, value) VALUES (${name}, ${value}) ON CONFLICT (name) DO UPDATE
      SET value = excluded.value WHERE CAST(${settings}.value AS BIGINT) < CAST(excluded.value AS BIGINT)`,
    [nameOf(table), String(before)],
  );
}

/** Rows from before this time may have been removed; epoch milliseconds, undefined where none have. */
export async function removedBefore(storage: TrackerStorage, table: SummedTable): Promise<number | undefined> {
  const { table: settings } = storage.rowsOf(Setting);
  const name = storage.dialect === 'postgres' ? '$1' : '?';
  const [row] = await storage.read(reading(`SELECT value FROM ${settings} WHERE name = ${name}`, [nameOf(table)]));
  return row && Number(row.value);
}
