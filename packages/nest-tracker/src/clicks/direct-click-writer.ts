import { keyedQuery } from '../conversions/working-set/keyed-rows.js';
import { ClickWriter, type Newcomer } from '../rollups/click-writer.js';
import { insertQueries, writeAll } from '../storage/insert-queries.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import type { TransactionWork } from '../storage/transaction-work.js';
import type { Click } from './click.entity.js';
import { DirectClick } from './direct-click.entity.js';

/** A click to be stored unless its identity is known. */
export interface PendingDirectClick {
  readonly identity: string;
  readonly click: Click;
  /** Id of the click that stands, once written: its own, or the one that was there before. */
  standing?: string;
}

/**
 * Writes direct clicks in one transaction, each identity once, however many processes are told of it at the same moment:
 * whoever inserts the identity first stores its click, the others read whose it was.
 */
export function directClickWriter(storage: TrackerStorage): (rows: readonly PendingDirectClick[]) => Promise<void> {
  const claims = storage.rowsOf(DirectClick);
  const claim = insertQueries(claims, storage.dialect, ' ON CONFLICT DO NOTHING');
  const clicks = new ClickWriter(storage);
  const standing = keyedQuery(
    storage.dialect,
    ['identity'],
    (keys) => `SELECT ${claims.selectList('d')} FROM ${keys} ${claims.table} d ON d.identity = k.identity`,
  );
  function* write(pending: readonly PendingDirectClick[]): TransactionWork<readonly Newcomer[]> {
    // In one order in every process: two groups must not wait for each other.
    const rows = [...pending].sort((a, b) => (a.identity < b.identity ? -1 : 1));
    yield* writeAll(claim(rows.map(({ identity, click }) => ({ id: click.id, identity }))));
    const found = yield standing(rows.map(({ identity }) => [identity]));
    const ids = new Map(found.rows.map((row) => claims.read(row)).map(({ identity, id }) => [identity, id]));
    for (const row of rows) row.standing = ids.get(row.identity) as string;
    return yield* clicks.write(rows.filter(({ standing: id, click }) => id === click.id).map(({ click }) => click));
  }
  return async (rows) => clicks.committed(await storage.run(() => write(rows)));
}
