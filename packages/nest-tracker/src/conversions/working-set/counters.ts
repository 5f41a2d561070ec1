import { insertQueries, writeAll } from '../../storage/insert-queries.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { reading, type TransactionWork } from '../../storage/transaction-work.js';
import type { Conversion } from '../conversion.entity.js';
import { Counter } from '../counter.entity.js';
import { counts } from '../status-machine.js';
import { CounterCells, type CounterKey, keyName } from './counter-cells.js';
import { type Counted, type CounterScope, type Period, periodName } from './counter-keys.js';
import { keyedQuery } from './keyed-rows.js';
import { NOT_LOADED } from './not-loaded.js';

/** What counts in one currency. */
export type Totals = Pick<Counter, 'conversions' | 'revenue' | 'payout'>;

const NOTHING: Totals = { conversions: 0n, revenue: 0n, payout: 0n };

/** The statements about counters, built once per tracker. */
export function counterQueries(storage: TrackerStorage) {
  const { dialect } = storage;
  const rows = storage.rowsOf(Counter);
  const { table } = rows;
  const sums = ['conversions', 'revenue', 'payout'].map((name) => `${name} = ${table}.${name} + excluded.${name}`);
  const ofKey = 'c.scope = k.scope AND c.event = k.event AND c.period = k.period';
  const keys = ['scope', 'event', 'period'];
  return {
    rows,
    /** Mostly nothing is kept: one look saves looking for every counter. */
    isAnyKept:
      dialect === 'sqlite'
        ? () => reading(`SELECT 1 FROM ${table} LIMIT 1`, [])
        : // Locks the table against whoever begins to keep a counter, also when it finds nothing. What is read under the
          // lock comes in a second statement: this one would not see rows that were inserted while it waited.
          keyedQuery(
            dialect,
            keys,
            (join) =>
              `SELECT 1 FROM ${join} ${table} c ON ${ofKey} AND c.currency = ''
                ORDER BY c.scope, c.event, c.period FOR UPDATE OF c`,
          ),
    byKey: keyedQuery(dialect, keys, (join) => `SELECT ${rows.selectList('c')} FROM ${join} ${table} c ON ${ofKey}`),
    add: insertQueries(rows, dialect, ` ON CONFLICT (scope, event, period, currency) DO UPDATE SET ${sums.join(', ')}`),
  };
}

/**
 * Exact counters for caps and tiers. Only those are kept that somebody asked for; the first question about a counter
 * makes it from the conversions that are there (see `keepCounters`), and from then on every group keeps it, whether it
 * knows of the cap or not.
 */
export class Counters {
  private readonly cells = new CounterCells();
  /** Cells whose counters have all been read. */
  private readonly read = new Set<readonly CounterKey[]>();
  /** By the key's name, then by currency; null: not kept. */
  private readonly loaded = new Map<string, ReadonlyMap<string, Totals> | null>();
  private readonly wanted = new Map<string, CounterKey>();
  /** What the group's decisions change, by the key's name, then by currency. */
  private readonly moves = new Map<string, Map<string, Counter>>();
  /** Counters that were asked for and are not kept yet. */
  readonly missing = new Map<string, CounterKey>();
  /** Whether any of the counters is kept; mostly there is nothing to count. */
  private kept = false;

  constructor(private readonly queries: ReturnType<typeof counterQueries>) {}

  /** Wants what a conversion of this offer and partner, received at this time, counts in. */
  wantFor(conversion: Counted, at: number): void {
    for (const key of this.cells.of(conversion, at)) if (!this.loaded.has(key.name)) this.wanted.set(key.name, key);
  }

  /** How many conversions count in a scope and the period that `at` lies in. */
  conversions(scope: CounterScope, period: Period, at: number): bigint {
    const [stored, moved] = this.of(scope, period, at);
    let sum = 0n;
    for (const { conversions } of stored.values()) sum += conversions;
    for (const { conversions } of moved?.values() ?? []) sum += conversions;
    return sum;
  }

  /** Conversions, revenue and payout that count in a scope and period, in one currency. */
  totals(scope: CounterScope, period: Period, at: number, currency: string): Totals {
    const [stored, moved] = this.of(scope, period, at);
    return sumOf(stored.get(currency) ?? NOTHING, moved?.get(currency) ?? NOTHING);
  }

  /** Counts what a change does: a conversion that no longer counts gives back what it took, when it was received. */
  move(before: Conversion | null, after: Conversion): void {
    if (before) this.add(before, -1n);
    this.add(after, 1n);
  }

  /** Forgets what was moved: the group is decided again. */
  reset(): void {
    this.moves.clear();
  }

  /** @returns whether any of the counters is kept, and so locked now */
  *load(): TransactionWork<boolean> {
    if (this.wanted.size === 0) return false;
    const keys = [...this.wanted.values()].map(({ scope, event, period }) => [scope, event, period]);
    for (const name of this.wanted.keys()) this.loaded.set(name, null);
    this.wanted.clear();
    if ((yield this.queries.isAnyKept(keys)).rows.length === 0) return false;
    const { rows } = yield this.queries.byKey(keys);
    const found = new Map<string, Map<string, Totals>>();
    for (const row of rows) {
      const counter = this.queries.rows.read(row);
      inner(found, keyName(counter)).set(counter.currency, counter);
    }
    for (const [name, byCurrency] of found) this.loaded.set(name, byCurrency);
    this.kept ||= rows.length > 0;
    return rows.length > 0;
  }

  *flush(): TransactionWork<void> {
    const changed = [...this.moves.values()]
      .flatMap((byCurrency) => [...byCurrency.values()])
      .filter(({ conversions, revenue, payout }) => conversions !== 0n || revenue !== 0n || payout !== 0n);
    changed.sort((a, b) => (keyName(a) + a.currency < keyName(b) + b.currency ? -1 : 1));
    yield* writeAll(this.queries.add(changed));
  }

  private of(scope: CounterScope, period: Period, at: number) {
    const key = { ...scope, period: periodName(period, at) };
    const name = keyName(key);
    const stored = this.loaded.get(name);
    if (stored) return [stored, this.moves.get(name)] as const;
    (stored === undefined ? this.wanted : this.missing).set(name, key);
    throw NOT_LOADED;
  }

  private add(conversion: Conversion, sign: 1n | -1n): void {
    if (!counts(conversion.status) || conversion.offerId === null) return;
    const keys = this.cells.of(conversion, conversion.receivedAt);
    if (!this.read.has(keys)) {
      if (keys.some(({ name }) => !this.loaded.has(name))) {
        this.wantFor(conversion, conversion.receivedAt);
        throw NOT_LOADED;
      }
      this.read.add(keys);
    }
    if (!this.kept) return;
    const currency = conversion.currency ?? '';
    for (const { name, ...key } of keys) {
      if (!this.loaded.get(name)) continue;
      const byCurrency = inner(this.moves, name);
      const { conversions, revenue, payout } = byCurrency.get(currency) ?? NOTHING;
      byCurrency.set(currency, {
        ...key,
        currency,
        conversions: conversions + sign,
        revenue: revenue + sign * conversion.revenue,
        payout: payout + sign * conversion.payout,
      });
    }
  }
}

function inner<Value>(maps: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  let map = maps.get(name);
  if (!map) {
    map = new Map();
    maps.set(name, map);
  }
  return map;
}

function sumOf(a: Totals, b: Totals): Totals {
  return {
    conversions: a.conversions + b.conversions,
    revenue: a.revenue + b.revenue,
    payout: a.payout + b.payout,
  };
}
