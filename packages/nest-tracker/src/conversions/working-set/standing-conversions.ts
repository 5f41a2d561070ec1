import type { TrackerStorage } from '../../storage/tracker-storage.js';
import type { TransactionWork } from '../../storage/transaction-work.js';
import { Conversion } from '../conversion.entity.js';
import { keyedQuery } from './keyed-rows.js';
import { NOT_LOADED } from './not-loaded.js';

/** What makes a conversion the same one. */
export type Identity = Pick<Conversion, 'advertiserId' | 'event' | 'transactionId'>;

/** The statements that read conversions, built once per tracker. */
export function conversionQueries(storage: TrackerStorage) {
  const { dialect } = storage;
  const rows = storage.rowsOf(Conversion);
  const identity = (keys: string) =>
    `SELECT ${rows.selectList('c')} FROM ${keys} ${rows.table} c
       ON c.advertiser_id = k.advertiser_id AND c.event = k.event AND c.transaction_id = k.transaction_id`;
  const names = ['advertiser_id', 'event', 'transaction_id'];
  // Locks are taken in the order of the rows, the same in every process, so that two groups cannot wait for each other.
  const locked = (keys: string) =>
    `${identity(keys)} ORDER BY c.advertiser_id, c.event, c.transaction_id FOR UPDATE OF c`;
  return {
    rows,
    /** SQLite has one writer, so what its transactions read stays as it is. */
    locksRows: dialect === 'postgres',
    byIdentity: keyedQuery(dialect, names, identity),
    byIdentityLocked: keyedQuery(dialect, names, dialect === 'postgres' ? locked : identity),
    byId: keyedQuery(
      dialect,
      ['id'],
      (keys) => `SELECT ${rows.selectList('c')} FROM ${keys} ${rows.table} c ON c.id = k.id`,
    ),
  };
}

/** The conversions that stand under the identities of a group's messages. */
export class StandingConversions {
  private readonly loaded = new Map<string, Conversion | null>();
  private readonly loadedById = new Map<string, Conversion | null>();
  private readonly decided = new Map<string, Conversion>();
  private readonly decidedById = new Map<string, Conversion>();
  private readonly asked = new Map<string, Identity>();
  private readonly wanted = new Map<string, Identity>();
  private readonly wantedIds = new Set<string>();
  private readonly toLock = new Map<string, Identity>();
  private readonly locked = new Set<string>();

  constructor(private readonly queries: ReturnType<typeof conversionQueries>) {}

  want(identity: Identity): void {
    const name = nameOf(identity);
    if (!this.loaded.has(name)) this.wanted.set(name, identity);
  }

  /** Wants a conversion that is going to be changed. */
  wantLocked(identity: Identity): void {
    this.want(identity);
    const name = nameOf(identity);
    if (this.queries.locksRows && !this.locked.has(name)) this.toLock.set(name, identity);
  }

  get(identity: Identity): Conversion | null {
    const name = nameOf(identity);
    const conversion = this.decided.get(name) ?? this.loaded.get(name);
    if (conversion !== undefined) return conversion;
    this.wanted.set(name, identity);
    throw NOT_LOADED;
  }

  /** The conversion with this id, for reading. */
  byId(id: string): Conversion | null {
    const conversion = this.decidedById.get(id) ?? this.loadedById.get(id);
    if (conversion !== undefined) return conversion;
    this.wantedIds.add(id);
    throw NOT_LOADED;
  }

  /** The newest version of a conversion that is going to be changed: nobody else changes it until the commit. */
  forChange(conversion: Conversion): Conversion {
    const name = nameOf(conversion);
    if (!this.decided.has(name) && this.queries.locksRows && !this.locked.has(name)) {
      this.toLock.set(name, conversion);
      throw NOT_LOADED;
    }
    return this.get(conversion) ?? conversion;
  }

  put(conversion: Conversion): void {
    this.decided.set(nameOf(conversion), conversion);
    this.decidedById.set(conversion.id, conversion);
  }

  /** Forgets what was put: the group is decided again. */
  reset(): void {
    this.decided.clear();
    this.decidedById.clear();
  }

  /** Every conversion that is there. */
  *all(): Iterable<Conversion> {
    for (const conversion of this.loaded.values()) if (conversion) yield conversion;
  }

  *load(): TransactionWork<void> {
    if (this.wanted.size > 0) {
      const { rows } = yield this.queries.byIdentity(keysOf(this.wanted));
      for (const [name, identity] of this.wanted) {
        this.asked.set(name, identity);
        this.loaded.set(name, null);
      }
      this.wanted.clear();
      this.keep(rows);
    }
    if (this.wantedIds.size > 0) {
      const { rows } = yield this.queries.byId([...this.wantedIds].map((id) => [id]));
      for (const id of this.wantedIds) this.loadedById.set(id, null);
      this.wantedIds.clear();
      this.keep(rows);
    }
  }

  /**
   * Locks what is going to be changed and reads it again, for it may have changed while we waited.
   *
   * @param all Every identity of the group, because waiting for something else may have let other processes in.
   * @returns whether anything was locked, and so may have been waited for.
   */
  *loadLocked(all: boolean): TransactionWork<boolean> {
    if (!this.queries.locksRows || (!all && this.toLock.size === 0)) return false;
    const identities = all ? new Map([...this.asked, ...this.toLock]) : this.toLock;
    if (identities.size === 0) return false;
    const { rows } = yield this.queries.byIdentityLocked(keysOf(identities));
    for (const name of identities.keys()) {
      this.loaded.set(name, null);
      this.locked.add(name);
    }
    this.toLock.clear();
    this.keep(rows);
    return true;
  }

  private keep(rows: readonly Record<string, unknown>[]): void {
    for (const row of rows) {
      const conversion = this.queries.rows.read(row);
      this.loaded.set(nameOf(conversion), conversion);
      this.loadedById.set(conversion.id, conversion);
    }
  }
}

function keysOf(identities: ReadonlyMap<string, Identity>): string[][] {
  return [...identities.values()].map(({ advertiserId, event, transactionId }) => [advertiserId, event, transactionId]);
}

/** Neither an id nor an event holds a space, so no two identities share a name. */
function nameOf({ advertiserId, event, transactionId }: Identity): string {
  return `${advertiserId} ${event} ${transactionId}`;
}
