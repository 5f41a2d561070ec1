import { insertQueries, writeAll } from '../../storage/insert-queries.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { reading, type TransactionWork } from '../../storage/transaction-work.js';
import type { Conversion } from '../conversion.entity.js';
import { Counter } from '../counter.entity.js';
import { counts } from '../status-machine.js';
import { type Counted, type CounterScope, PERIODS, type Period, periodName, scopesOf } from './counter-keys.js';
import { keyedQuery } from './keyed-rows.js';
import { NOT_LOADED } from './not-loaded.js';

/** A counter by scope and named period. */
export type CounterKey = Pick<Counter, 'scope' | 'event' | 'period'>;

/** What counts in one currency. */
export type Totals = Pick<Counter, 'conversions' | 'revenue' | 'payout'>;

const NOTHING: Totals = { conversions: 0n, revenue: 0n, payout: 0n };

/** The statements about counters, built once per tracker. */
export function counterQueries(storage: TrackerStorage) {
  const { dialect } = storage;
  const rows = storage.rowsOf(Counter);
  const { table } = rows;
  const sums = ['conversions', 'revenue', 'payout'].map((name) => `${name} = ${table}.${name} + excluded.${name}`);
  // Read under lock, also when nothing is found: whoever begins to keep a counter waits for everybody who looked.
  const lock = dialect === 'postgres' ? 'ORDER BY c.scope, c.event, c.period, c.currency FOR UPDATE OF c' : '';
  return {
    rows,
    /** On SQLite a look into the empty table saves looking for every counter in it. */
    any: dialect === 'sqlite' ? reading(`SELECT 1 FROM ${table} LIMIT 1`, []) : undefined,
    byKey: keyedQuery(
      dialect,
      ['scope', 'event', 'period'],
      (keys) =>
        `SELECT ${rows.selectList('c')} FROM ${keys} ${table} c
           ON c.scope = k.scope AND c.event = k.event AND c.period = k.period ${lock}`,
    ),
    add: insertQueries(rows, dialect, ` ON CONFLICT (scope, event, period, currency) DO UPDATE SET ${sums.join(', ')}`),
  };
}

/**
 * Exact counters for caps and tiers. Only those are kept that somebody asked for; the first question about a counter
 * makes it from the conversions that are there (see `keepCounters`), and from then on every group keeps it, whether it
 * knows of the cap or not.
 */
export class Counters {
  /** By key, then by currency; null: not kept. */
  private readonly loaded = new Map<string, Map<string, Totals> | null>();
  private readonly wanted = new Map<string, CounterKey>();
  private readonly moves = new Map<string, Counter>();
  /** Counters that were asked for and are not kept yet. */
  readonly missing = new Map<string, CounterKey>();

  constructor(private readonly queries: ReturnType<typeof counterQueries>) {}

  /** Wants what a conversion of this offer and partner, received at this time, counts in. */
  wantFor(conversion: Counted, at: number): void {
    for (const key of keysOf(conversion, at)) if (!this.loaded.has(nameOf(key))) this.wanted.set(nameOf(key), key);
  }

  /** How many conversions count in a scope and the period that `at` lies in. */
  conversions(scope: CounterScope, period: Period, at: number): bigint {
    let sum = 0n;
    for (const totals of this.of(scope, period, at).values()) sum += totals.conversions;
    return sum + this.moved(scope, period, at, undefined).conversions;
  }

  /** Conversions, revenue and payout that count in a scope and period, in one currency. */
  totals(scope: CounterScope, period: Period, at: number, currency: string): Totals {
    const stored = this.of(scope, period, at).get(currency) ?? NOTHING;
    return sumOf(stored, this.moved(scope, period, at, currency));
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
    const keys = [...this.wanted.values()];
    for (const name of this.wanted.keys()) this.loaded.set(name, null);
    this.wanted.clear();
    if (this.queries.any && (yield this.queries.any).rows.length === 0) return false;
    const { rows } = yield this.queries.byKey(keys.map(({ scope, event, period }) => [scope, event, period]));
    for (const row of rows) {
      const counter = this.queries.rows.read(row);
      const name = nameOf(counter);
      const byCurrency = this.loaded.get(name) ?? new Map<string, Totals>();
      this.loaded.set(name, byCurrency.set(counter.currency, counter));
    }
    return rows.length > 0;
  }

  *flush(): TransactionWork<void> {
    const changed = [...this.moves.values()].filter(
      ({ conversions, revenue, payout }) => conversions !== 0n || revenue !== 0n || payout !== 0n,
    );
    if (changed.length === 0) return;
    changed.sort((a, b) => (nameOf(a) + a.currency < nameOf(b) + b.currency ? -1 : 1));
    yield* writeAll(this.queries.add(changed));
  }

  private of(scope: CounterScope, period: Period, at: number): Map<string, Totals> {
    const key = { ...scope, period: periodName(period, at) };
    const byCurrency = this.loaded.get(nameOf(key));
    if (byCurrency) return byCurrency;
    (byCurrency === undefined ? this.wanted : this.missing).set(nameOf(key), key);
    throw NOT_LOADED;
  }

  private moved(scope: CounterScope, period: Period, at: number, currency: string | undefined): Totals {
    const key = { ...scope, period: periodName(period, at) };
    let sum = NOTHING;
    for (const move of this.moves.values()) {
      const same = move.scope === key.scope && move.event === key.event && move.period === key.period;
      if (same && (currency === undefined || move.currency === currency)) sum = sumOf(sum, move);
    }
    return sum;
  }

  private add(conversion: Conversion, sign: 1n | -1n): void {
    if (!counts(conversion.status)) return;
    for (const key of keysOf(conversion, conversion.receivedAt)) {
      const kept = this.loaded.get(nameOf(key));
      if (kept === null) continue;
      if (kept === undefined) {
        this.wanted.set(nameOf(key), key);
        throw NOT_LOADED;
      }
      const currency = conversion.currency ?? '';
      const name = `${nameOf(key)} ${currency}`;
      const { conversions, revenue, payout } = this.moves.get(name) ?? NOTHING;
      this.moves.set(name, {
        ...key,
        currency,
        conversions: conversions + sign,
        revenue: revenue + sign * conversion.revenue,
        payout: payout + sign * conversion.payout,
      });
    }
  }
}

function keysOf(conversion: Counted, at: number): CounterKey[] {
  const periods = PERIODS.map((period) => periodName(period, at));
  return scopesOf(conversion).flatMap((scope) => periods.map((period) => ({ ...scope, period })));
}

function nameOf({ scope, event, period }: CounterKey): string {
  return `${scope} ${event} ${period}`;
}

function sumOf(a: Totals, b: Totals): Totals {
  return {
    conversions: a.conversions + b.conversions,
    revenue: a.revenue + b.revenue,
    payout: a.payout + b.payout,
  };
}
