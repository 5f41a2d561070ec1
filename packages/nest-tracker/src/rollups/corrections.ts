import { createId } from '@tallyback/protocol';
import { Setting } from '../storage/setting.entity.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, reading, writing } from '../storage/transaction-work.js';

const NAME = 'rollups_corrected';

/**
 * Which correction of the rollups was the last, by whichever process on the SQLite file: what was found to differ before it
 * may be what it has put right, and added again it would be wrong.
 */
export function correctionQueries(storage: TrackerStorage): { readonly last: Query; note(): Query } {
  const { table } = storage.rowsOf(Setting);
  return {
    last: reading(`SELECT value FROM ${table} WHERE name = ?`, [NAME]),
    note: () =>
      writing(
        `INSERT INTO ${table} (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        [NAME, createId()],
      ),
  };
}
