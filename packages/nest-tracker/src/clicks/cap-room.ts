import { parseAmount } from '@tallyback/protocol';
import type { Caps } from '../catalog/caps.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import type { Counter } from '../conversions/counter.entity.js';
import {
  type Counted,
  offerScope,
  PERIODS,
  type Period,
  partnerScope,
  periodName,
  scopesOf,
} from '../conversions/working-set/counter-keys.js';

/** The caps on the number of conversions and on payouts. */
const CAPS = {
  day: ['conversionsPerDay', 'payoutPerDay'],
  month: ['conversionsPerMonth', 'payoutPerMonth'],
  total: ['conversionsTotal', 'payoutTotal'],
} as const satisfies Record<Period, readonly [keyof Caps, keyof Caps]>;

/** An offer or a partner with caps. */
interface Capped {
  readonly scope: string;
  readonly caps: Caps;
  readonly currency: string | undefined;
}

/** Everybody with caps. */
export interface CappedScopes {
  readonly list: readonly Capped[];
  /** The same for the same caps, whichever snapshot they are from. */
  readonly text: string;
}

/** What may still be counted before a cap is reached; undefined where there is no such cap. */
export interface CapRoom {
  conversions: bigint | undefined;
  /** Minor units. */
  payout: bigint | undefined;
}

const cappedByCatalog = new WeakMap<CatalogSnapshot, CappedScopes>();

/** Everybody with caps in a catalog; worked out once per snapshot. */
export function cappedOf(catalog: CatalogSnapshot): CappedScopes {
  let capped = cappedByCatalog.get(catalog);
  if (!capped) {
    const offers = [...catalog.offersById.values()].map(({ row: { id, caps, currency } }) => ({
      scope: offerScope(id).scope,
      caps,
      currency,
    }));
    const partners = [...catalog.partnersById.values()].map(({ id, caps }) => ({
      scope: partnerScope(id).scope,
      caps,
      currency: caps.currency,
    }));
    const list = [...offers, ...partners].filter(({ caps }) =>
      PERIODS.some((period) => CAPS[period].some((name) => caps[name] !== undefined)),
    );
    capped = { list, text: JSON.stringify(list) };
    cappedByCatalog.set(catalog, capped);
  }
  return capped;
}

/** What is left of the narrowest caps, given the counters of their scope. */
export function roomOf({ caps, currency }: Capped, counters: readonly Counter[], at: number): CapRoom {
  const room: CapRoom = { conversions: undefined, payout: undefined };
  for (const period of PERIODS) {
    const rows = counters.filter((row) => row.period === periodName(period, at));
    const [most, amount] = CAPS[period].map((name) => caps[name]);
    if (typeof most === 'number') {
      const counted = rows.reduce((sum, row) => sum + row.conversions, 0n);
      room.conversions = least(room.conversions, BigInt(most) - counted);
    }
    if (typeof amount !== 'string' || currency === undefined) continue;
    const paid = rows.find((row) => row.currency === currency)?.payout ?? 0n;
    const left = parseAmount(amount, currency) - paid;
    // Who may be paid nothing at all still takes visitors, whose conversions may pay nothing.
    room.payout = least(room.payout, paid === 0n && left <= 0n ? 1n : left);
  }
  return room;
}

/** Whether one of the caps is reached. */
export function isFull({ conversions, payout }: CapRoom): boolean {
  return (conversions !== undefined && conversions <= 0n) || (payout !== undefined && payout <= 0n);
}

/**
 * Takes a conversion off the room of its scopes. A change of one is taken for a new one: room is then too small, never too
 * large.
 *
 * @returns whether a cap may be reached now, or was and may not be any more.
 */
export function spend(rooms: ReadonlyMap<string, CapRoom>, conversion: Counted & Pick<Conversion, 'payout'>): boolean {
  let matters = false;
  for (const { scope } of scopesOf(conversion)) {
    const room = rooms.get(scope);
    if (!room) continue;
    if (room.conversions !== undefined) room.conversions -= 1n;
    if (room.payout !== undefined) room.payout -= conversion.payout;
    if (isFull(room)) matters = true;
  }
  return matters;
}

function least(known: bigint | undefined, other: bigint): bigint {
  return known === undefined || other < known ? other : known;
}
