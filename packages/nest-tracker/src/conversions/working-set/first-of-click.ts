import { Click } from '../../clicks/click.entity.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { reading, type TransactionWork } from '../../storage/transaction-work.js';
import { Conversion } from '../conversion.entity.js';
import { keyedQuery } from './keyed-rows.js';
import { NOT_LOADED } from './not-loaded.js';

/** The statements for offers that count a click once, built once per tracker. */
export function firstOfClickQueries(storage: TrackerStorage) {
  const rows = storage.rowsOf(Conversion);
  const clicks = storage.rowsOf(Click, ['id']);
  return {
    rows,
    /** Two orders of one click at the same time: whoever holds the click's row goes first. */
    lockClicks:
      storage.dialect === 'postgres'
        ? (ids: readonly string[]) =>
            reading(`SELECT id FROM ${clicks.table} WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`, [ids])
        : undefined,
    byClick: keyedQuery(
      storage.dialect,
      ['click_id', 'event'],
      (keys) =>
        `SELECT ${rows.selectList('c')} FROM ${keys} ${rows.table} c ON c.click_id = k.click_id AND c.event = k.event
          ORDER BY c.id DESC`,
    ),
  };
}

/** The first conversion of a click and event, for offers that count no second one. */
export class FirstOfClick {
  private readonly loaded = new Map<string, Conversion | null>();
  private readonly decided = new Map<string, Conversion>();
  private readonly wanted = new Map<string, readonly [clickId: string, event: string]>();

  constructor(private readonly queries: ReturnType<typeof firstOfClickQueries>) {}

  get(clickId: string, event: string): Conversion | null {
    const name = nameOf(clickId, event);
    const first = this.decided.get(name) ?? this.loaded.get(name);
    if (first !== undefined) return first;
    this.wanted.set(name, [clickId, event]);
    throw NOT_LOADED;
  }

  /** Takes note of a conversion that was decided in this group: it is the first, or a newer version of it. */
  put(conversion: Conversion): void {
    if (conversion.clickId === null) return;
    const name = nameOf(conversion.clickId, conversion.event);
    const first = this.decided.get(name) ?? this.loaded.get(name);
    if (!first || first.id === conversion.id) this.decided.set(name, conversion);
  }

  /** Forgets what was put: the group is decided again. */
  reset(): void {
    this.decided.clear();
  }

  *load(): TransactionWork<void> {
    if (this.wanted.size === 0) return;
    const keys = [...this.wanted.values()];
    if (this.queries.lockClicks) yield this.queries.lockClicks([...new Set(keys.map(([clickId]) => clickId))]);
    const { rows } = yield this.queries.byClick(keys);
    for (const name of this.wanted.keys()) this.loaded.set(name, null);
    this.wanted.clear();
    // Newest first, so that the first conversion stays.
    for (const row of rows)
      this.loaded.set(nameOf(row.clickId as string, row.event as string), this.queries.rows.read(row));
  }
}

function nameOf(clickId: string, event: string): string {
  return `${clickId} ${event}`;
}
