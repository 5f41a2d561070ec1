import { Injectable, Logger } from '@nestjs/common';
import { parseAmount } from '@tallyback/protocol';
import { In } from 'typeorm';
import type { Caps } from '../catalog/caps.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { Counter } from '../conversions/counter.entity.js';
import {
  type CounterScope,
  offerScope,
  PERIODS,
  type Period,
  partnerScope,
  periodName,
} from '../conversions/working-set/counter-keys.js';
import { BackgroundRefresh } from '../storage/background-refresh.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';

/** After this long the next visitor starts a new look, in milliseconds. */
const FRESH_MS = 1_000;
/** After this long visitors wait for it. */
const MAX_AGE_MS = 5_000;

/** The caps on the number of conversions and on payouts. */
const CAPS = {
  day: ['conversionsPerDay', 'payoutPerDay'],
  month: ['conversionsPerMonth', 'payoutPerMonth'],
  total: ['conversionsTotal', 'payoutTotal'],
} as const satisfies Record<Period, readonly [keyof Caps, keyof Caps]>;

interface Capped {
  readonly scope: CounterScope;
  readonly caps: Caps;
  readonly currency: string | undefined;
}

/** The scopes of offers and partners whose caps are reached. */
export type ReachedCaps = ReadonlySet<string>;

const NONE: ReachedCaps = new Set();

/**
 * Whose caps are reached, as it was a moment ago: visitors are sent elsewhere then. What counts is decided exactly,
 * when the conversion comes; here hardly anybody waits for the database.
 */
@Injectable()
export class CapWatch {
  private readonly logger = new Logger(CapWatch.name);
  private readonly ahead = new BackgroundRefresh((error) =>
    this.logger.warn(`Caps could not be looked at: ${error.message}`),
  );
  private seen: { readonly reached: ReachedCaps; readonly at: number } | undefined;
  private looking: Promise<ReachedCaps> | undefined;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {}

  /** Answers at once unless the last look is too long ago: every click asks. */
  reached(catalog: CatalogSnapshot): ReachedCaps | Promise<ReachedCaps> {
    const capped = cappedOf(catalog);
    if (capped.length === 0) return NONE;
    const age = this.seen ? Math.abs(this.clock.now() - this.seen.at) : Number.POSITIVE_INFINITY;
    if (!this.seen || age > MAX_AGE_MS) return this.look(capped);
    if (age > FRESH_MS) this.ahead.begin(() => this.look(capped));
    return this.seen.reached;
  }

  private look(capped: readonly Capped[]): Promise<ReachedCaps> {
    this.looking ??= this.read(capped).finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async read(capped: readonly Capped[]): Promise<ReachedCaps> {
    const at = this.clock.now();
    const rows = await this.storage.manager.findBy(Counter, {
      scope: In(capped.map(({ scope }) => scope.scope)),
      event: '',
      period: In(PERIODS.map((period) => periodName(period, at))),
    });
    const reached = new Set(
      capped
        .filter((one) =>
          isReached(
            one,
            rows.filter(({ scope }) => scope === one.scope.scope),
            at,
          ),
        )
        .map(({ scope }) => scope.scope),
    );
    this.seen = { reached, at };
    return reached;
  }
}

const cappedByCatalog = new WeakMap<CatalogSnapshot, readonly Capped[]>();

/** Everybody with caps; worked out once per snapshot. */
function cappedOf(catalog: CatalogSnapshot): readonly Capped[] {
  let capped = cappedByCatalog.get(catalog);
  if (!capped) {
    const offers = [...catalog.offersById.values()].map(({ row }) => ({
      scope: offerScope(row.id),
      caps: row.caps,
      currency: row.currency,
    }));
    const partners = [...catalog.partnersById.values()].map(({ id, caps }) => ({
      scope: partnerScope(id),
      caps,
      currency: caps.currency,
    }));
    capped = [...offers, ...partners].filter(({ caps }) =>
      PERIODS.some((period) => CAPS[period].some((name) => caps[name] !== undefined)),
    );
    cappedByCatalog.set(catalog, capped);
  }
  return capped;
}

function isReached({ caps, currency }: Capped, counters: readonly Counter[], at: number): boolean {
  return PERIODS.some((period) => {
    const rows = counters.filter((row) => row.period === periodName(period, at));
    const [most, amount] = CAPS[period].map((name) => caps[name]);
    if (typeof most === 'number' && rows.reduce((sum, row) => sum + row.conversions, 0n) >= BigInt(most)) return true;
    if (typeof amount !== 'string' || currency === undefined) return false;
    const paid = rows.find((row) => row.currency === currency)?.payout ?? 0n;
    return paid > 0n && paid >= parseAmount(amount, currency);
  });
}
