import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { type Query, type RawRow, reading, type TransactionWork } from '../../storage/transaction-work.js';
import { Conversion } from '../conversion.entity.js';
import { NOT_LOADED } from '../working-set/not-loaded.js';
import type { CustomerClick } from './choose-click.js';

/** A customer of an advertiser, by the advertiser's own id of them. */
export type CustomerKey = Pick<Conversion, 'advertiserId'> & { readonly customerId: string };

/**
 * Conversions whose clicks are looked at, from either end of a customer's history: a shared id such as "guest" may have
 * millions.
 */
const MOST = 50;

const COLUMNS = 'advertiser_id, customer_id, click_id, clicked_at, offer_id';

/** The statement that reads customers' clicks, built once per tracker. */
export function customerQueries(storage: TrackerStorage): (customers: readonly CustomerKey[]) => Query[] {
  const { table } = storage.rowsOf(Conversion);
  // A time of click, not a click id, is asked for: the index ends there, however many conversions have neither.
  const someOf = (advertiser: string, customer: string, order: 'ASC' | 'DESC') =>
    `SELECT * FROM (SELECT ${COLUMNS} FROM ${table} WHERE advertiser_id = ${advertiser} AND customer_id = ${customer}
       AND clicked_at > 0 ORDER BY clicked_at ${order} LIMIT ${MOST}) AS ${order.toLowerCase()}_end`;
  const bothEnds = (advertiser: string, customer: string) =>
    `${someOf(advertiser, customer, 'ASC')} UNION ALL ${someOf(advertiser, customer, 'DESC')}`;
  if (storage.dialect === 'postgres') {
    const text = `SELECT v.* FROM unnest($1::text[], $2::text[]) AS k(advertiser_id, customer_id)
      CROSS JOIN LATERAL (${bothEnds('k.advertiser_id', 'k.customer_id')}) AS v`;
    return (customers) => [
      reading(text, [customers.map(({ advertiserId }) => advertiserId), customers.map(({ customerId }) => customerId)]),
    ];
  }
  // SQLite has no lateral joins; its statements cost no round trip.
  const text = bothEnds('?', '?');
  return (customers) =>
    customers.map(({ advertiserId, customerId }) =>
      reading(text, [advertiserId, customerId, advertiserId, customerId]),
    );
}

/**
 * The clicks that customers are known by. A click becomes a customer's with the first conversion that names both of
 * them.
 */
export class CustomersClicks {
  private readonly loaded = new Map<string, CustomerClick[]>();
  private readonly decided = new Map<string, CustomerClick[]>();
  private readonly wanted = new Map<string, CustomerKey>();

  constructor(private readonly queries: ReturnType<typeof customerQueries>) {}

  get(customer: CustomerKey): readonly CustomerClick[] {
    const name = nameOf(customer);
    const loaded = this.loaded.get(name);
    if (loaded) return [...loaded, ...(this.decided.get(name) ?? [])];
    this.wanted.set(name, customer);
    throw NOT_LOADED;
  }

  /** Takes note of a conversion that was decided in this group. */
  put({ advertiserId, customerId, clickId, clickedAt, offerId }: Conversion): void {
    if (customerId === null || clickId === null || clickedAt === null || offerId === null) return;
    const name = nameOf({ advertiserId, customerId });
    const clicks = this.decided.get(name) ?? [];
    if (clicks.some(({ id }) => id === clickId)) return;
    this.decided.set(name, [...clicks, { id: clickId, at: clickedAt, offerId }]);
  }

  /** Forgets what was put: the group is decided again. */
  reset(): void {
    this.decided.clear();
  }

  *load(): TransactionWork<void> {
    if (this.wanted.size === 0) return;
    const customers = [...this.wanted.values()];
    for (const name of this.wanted.keys()) this.loaded.set(name, []);
    this.wanted.clear();
    for (const query of this.queries(customers)) {
      const { rows } = yield query;
      for (const row of rows) this.keep(row);
    }
  }

  private keep(row: RawRow): void {
    const customer = { advertiserId: row.advertiser_id as string, customerId: row.customer_id as string };
    const clicks = this.loaded.get(nameOf(customer));
    const id = row.click_id as string;
    if (!clicks || clicks.some((click) => click.id === id)) return;
    clicks.push({ id, at: Number(row.clicked_at), offerId: row.offer_id as string });
  }
}

/** No id holds a space, so no two customers share a name. */
function nameOf({ advertiserId, customerId }: CustomerKey): string {
  return `${advertiserId} ${customerId}`;
}
