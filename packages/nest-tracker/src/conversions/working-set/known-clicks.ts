import { isClickId } from '@tallyback/protocol';
import { Click } from '../../clicks/click.entity.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import type { Query, RawRow, TransactionWork } from '../../storage/transaction-work.js';
import { keyedQuery } from './keyed-rows.js';
import { NOT_LOADED } from './not-loaded.js';

/** Columns of a click that a decision needs. */
export const DECIDING_COLUMNS = [
  'id',
  'at',
  'kind',
  'bot',
  'campaignId',
  'offerId',
  'partnerId',
  'advertiserId',
  'currency',
  'country',
  'device',
  'os',
  'browser',
] as const satisfies readonly (keyof Click)[];

/** What a decision needs of a click. */
export type KnownClick = Pick<Click, (typeof DECIDING_COLUMNS)[number]>;

/** The statement that reads these columns of clicks; to be built once per tracker. */
export function clickQueries(storage: TrackerStorage, columns: readonly (keyof Click & string)[]) {
  const rows = storage.rowsOf(Click, columns);
  // The bounds tell PostgreSQL which months' partitions there is nothing to look for in; a join alone does not.
  const bounds = storage.inMonths ? ' AND c.id BETWEEN $2 AND $3' : '';
  const byKeys = keyedQuery(
    storage.dialect,
    ['id'],
    (keys) => `SELECT ${rows.selectList('c')} FROM ${keys} ${rows.table} c ON c.id = k.id${bounds}`,
  );
  const byId = (keys: readonly (readonly [string])[]): Query => {
    const query = byKeys(keys);
    return bounds ? { ...query, parameters: [...query.parameters, ...endsOf(keys)] } : query;
  };
  return { rows, byId };
}

/** The least and the largest of those that can be ids; others match no row, and may have another place in the database's order. */
function endsOf(keys: readonly (readonly [string])[]): [string, string] {
  let [least, largest] = ['', ''];
  for (const [id] of keys) {
    if (!isClickId(id)) continue;
    if (least === '' || id < least) least = id;
    if (id > largest) largest = id;
  }
  return [least, largest];
}

type ClickQueries = ReturnType<typeof clickQueries>;

/**
 * The clicks that a group names, as far as its statement reads them. A click never changes, so nobody has to lock one to
 * read it.
 */
export class KnownClicks<Known extends Pick<Click, 'id'>> {
  private readonly loaded = new Map<string, Known | null>();
  private readonly wanted = new Set<string>();

  constructor(private readonly queries: { rows: { read(row: RawRow): Known } } & Pick<ClickQueries, 'byId'>) {}

  want(id: string): void {
    if (!this.loaded.has(id)) this.wanted.add(id);
  }

  /** Makes a click known that was read before; it never changes, so it is still true. */
  put(click: Known): void {
    this.loaded.set(click.id, click);
  }

  get(id: string): Known | null {
    const click = this.loaded.get(id);
    if (click !== undefined) return click;
    this.wanted.add(id);
    throw NOT_LOADED;
  }

  *load(): TransactionWork<void> {
    if (this.wanted.size === 0) return;
    const { rows } = yield this.queries.byId([...this.wanted].map((id) => [id] as const));
    for (const id of this.wanted) this.loaded.set(id, null);
    for (const row of rows) this.loaded.set(row.id as string, this.queries.rows.read(row));
    this.wanted.clear();
  }
}
