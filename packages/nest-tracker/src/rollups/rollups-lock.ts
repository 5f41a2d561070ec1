import type { TrackerStorage } from '../storage/tracker-storage.js';
import { reading, type TransactionWork } from '../storage/transaction-work.js';

/** An arbitrary number that nothing else in the database locks by. */
const LOCK = 7_236_001;

/**
 * Lets one transaction at a time rearrange rollups, whichever process it runs in; who only adds to them is not kept from
 * it. SQLite has one writer anyway.
 */
export function* lockRollups({ dialect }: TrackerStorage): TransactionWork<void> {
  if (dialect === 'postgres') yield reading('SELECT pg_advisory_xact_lock($1)', [LOCK]);
}

/** The same for who can as well come later: whether nobody else is at it. */
export function* tryLockRollups({ dialect }: TrackerStorage): TransactionWork<boolean> {
  if (dialect === 'sqlite') return true;
  const { rows } = yield reading('SELECT pg_try_advisory_xact_lock($1) AS locked', [LOCK]);
  return rows[0]?.locked === true;
}
