import type { Click } from '../clicks/click.entity.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import { counts } from '../conversions/status-machine.js';
import { ALL_CUBES, bucketOf, type Cube, TRAITS, type Trait } from './cubes.js';
import { type Basis, Rollup } from './rollup.entity.js';

/** What rows of a table have in common that reports group by. */
type Grouped = { readonly advertiserId: string; readonly currency: string | null } & {
  readonly [Name in 'campaignId' | 'offerId' | 'partnerId' | Trait]: string | null;
};

/** What became of a conversion. */
export interface RollupChange {
  /** Null when there was none. */
  readonly before: Conversion | null;
  readonly after: Conversion;
}

/** Never part of a value: PostgreSQL keeps no text with it. */
const SEPARATOR = '\0';

/** What a transaction adds to the rollups, a row for each that it touches however many clicks and conversions it has. */
export class RollupSums {
  private readonly cells = new Map<string, Rollup>();

  /** @param lane Of the writer. */
  constructor(private readonly lane: number) {}

  /** Adds a click; `unique` is left to the caller, who may not know yet. Answers the rows that it counts in. */
  addClick(click: Click): readonly Rollup[] {
    return ALL_CUBES.map((cube) => {
      const cell = this.cell(cube, 'visit', click.at, '', click);
      if (click.kind !== 'click') cell.others++;
      else if (click.bot) cell.bots++;
      else {
        cell.clicks++;
        if (click.cost !== null) cell.cost += click.cost;
      }
      return cell;
    });
  }

  /** Takes back what a conversion counted, and adds what it counts now. */
  addChange({ before, after }: RollupChange): void {
    if (before) this.addConversion(before, -1);
    this.addConversion(after, 1);
  }

  /** Rows that are not nothing, in the order of their keys. */
  rows(): Rollup[] {
    const found = [...this.cells].filter(([, cell]) => !isNothing(cell));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  }

  private addConversion(conversion: Conversion, sign: 1 | -1): void {
    const { status, event, revenue, payout, occurredAt, clickedAt } = conversion;
    for (const cube of ALL_CUBES) {
      for (const [basis, time] of [
        ['occurred', occurredAt],
        ['clicked', clickedAt ?? occurredAt],
      ] as const) {
        const cell = this.cell(cube, basis, time, event, conversion);
        cell[status] += sign;
        if (!counts(status)) continue;
        cell.revenue += BigInt(sign) * revenue;
        cell.payout += BigInt(sign) * payout;
      }
    }
  }

  private cell(cube: Cube, basis: Basis, time: number, event: string, row: Grouped): Rollup {
    const bucket = bucketOf(time, cube);
    const { campaignId, offerId, partnerId, advertiserId, currency } = row;
    let key = `${cube.grain}${SEPARATOR}${basis}${SEPARATOR}${bucket}${SEPARATOR}${campaignId}${SEPARATOR}${offerId}`;
    key += `${SEPARATOR}${partnerId}${SEPARATOR}${advertiserId}${SEPARATOR}${event}${SEPARATOR}${currency}`;
    if (cube.traits) for (const name of TRAITS) key += `${SEPARATOR}${row[name] ?? ''}`;
    const known = this.cells.get(key);
    if (known) return known;
    const cell = new Rollup();
    cell.grain = cube.grain;
    cell.basis = basis;
    cell.bucket = bucket;
    cell.campaignId = campaignId ?? '';
    cell.offerId = offerId ?? '';
    cell.partnerId = partnerId ?? '';
    cell.advertiserId = advertiserId;
    cell.event = event;
    cell.currency = currency ?? '';
    for (const name of TRAITS) cell[name] = (cube.traits && row[name]) || '';
    cell.lane = this.lane;
    cell.clicks = cell.uniqueClicks = cell.bots = cell.others = 0;
    cell.approved = cell.pending = cell.rejected = cell.refunded = 0;
    cell.revenue = cell.payout = cell.cost = 0n;
    this.cells.set(key, cell);
    return cell;
  }
}

function isNothing(cell: Rollup): boolean {
  const { clicks, bots, others, approved, pending, rejected, refunded, revenue, payout } = cell;
  const moved = clicks || bots || others || approved || pending || rejected || refunded;
  return !moved && revenue === 0n && payout === 0n;
}
