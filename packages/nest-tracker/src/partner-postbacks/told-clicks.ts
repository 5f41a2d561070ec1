import { Click } from '../clicks/click.entity.js';
import { keyedQuery } from '../conversions/working-set/keyed-rows.js';
import { NOT_LOADED } from '../conversions/working-set/not-loaded.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import type { TransactionWork } from '../storage/transaction-work.js';
import { TOLD_COLUMNS, type ToldClick } from './macro-values.js';

/** The statement that reads what postbacks tell of clicks, built once per tracker. */
export function toldClickQueries(storage: TrackerStorage) {
  const rows = storage.rowsOf(Click, TOLD_COLUMNS);
  const byId = keyedQuery(
    storage.dialect,
    ['id'],
    (keys) => `SELECT ${rows.selectList('c')} FROM ${keys} ${rows.table} c ON c.id = k.id`,
  );
  return { rows, byId };
}

/** Clicks that a group's postbacks tell of; read only where there is a postback. */
export class ToldClicks {
  private readonly loaded = new Map<string, ToldClick | null>();
  private readonly wanted = new Set<string>();

  constructor(private readonly queries: ReturnType<typeof toldClickQueries>) {}

  want(id: string): void {
    if (!this.loaded.has(id)) this.wanted.add(id);
  }

  get(id: string): ToldClick | null {
    const click = this.loaded.get(id);
    if (click !== undefined) return click;
    this.wanted.add(id);
    throw NOT_LOADED;
  }

  *load(): TransactionWork<void> {
    if (this.wanted.size === 0) return;
    const { rows } = yield this.queries.byId([...this.wanted].map((id) => [id]));
    for (const id of this.wanted) this.loaded.set(id, null);
    for (const row of rows) this.loaded.set(row.id as string, this.queries.rows.read(row));
    this.wanted.clear();
  }
}
