import type { Click } from '../clicks/click.entity.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import { counts } from '../conversions/status-machine.js';
import { ALL_CUBES, bucketOf, CUBES, type Cube, TRAITS, type Trait } from './cubes.js';
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

type Figures = Pick<
  Rollup,
  | 'clicks'
  | 'uniqueClicks'
  | 'bots'
  | 'others'
  | 'approved'
  | 'pending'
  | 'rejected'
  | 'refunded'
  | 'revenue'
  | 'payout'
  | 'cost'
>;

/** What no cube tells apart: rows of one quarter of an hour that agree in everything. */
export interface Atom extends Figures {
  readonly basis: Basis;
  readonly bucket: number;
  readonly event: string;
  readonly row: Grouped;
  /** The rows that it counts in, once `rows` has made them. */
  cells: readonly Rollup[];
}

/** Never part of a value: PostgreSQL keeps no text with it. */
const SEPARATOR = '\0';

/** The cube whose buckets all others are made of. */
const FINEST = CUBES.quarter;

/**
 * What a transaction adds to the rollups, a row for each that it touches however many clicks and conversions it has. They
 * are added up to atoms first, because there are many clicks and few atoms, and each cube has its own key to work out.
 */
export class RollupSums {
  private readonly atoms = new Map<string, Atom>();

  /** @param lane Of the writer. */
  constructor(private readonly lane: number) {}

  /** Adds a click; whether it is its visitor's first is left to the caller, who may not know yet. */
  addClick(click: Click): Atom {
    const atom = this.atom('visit', click.at, '', click);
    if (click.kind !== 'click') atom.others++;
    else if (click.bot) atom.bots++;
    else {
      atom.clicks++;
      if (click.cost !== null) atom.cost += click.cost;
    }
    return atom;
  }

  /** Takes back what a conversion counted, and adds what it counts now. */
  addChange({ before, after }: RollupChange): void {
    if (before) this.addConversion(before, -1);
    this.addConversion(after, 1);
  }

  /** Rows that are not nothing, in the order of their keys. */
  rows(): Rollup[] {
    const cells = new Map<string, Rollup>();
    for (const atom of this.atoms.values()) {
      atom.cells = ALL_CUBES.map((cube) => this.cell(cells, cube, atom));
      for (const cell of atom.cells) add(cell, atom);
    }
    const found = [...cells].filter(([, cell]) => !isNothing(cell));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  }

  private addConversion(conversion: Conversion, sign: 1 | -1): void {
    const { status, event, revenue, payout, occurredAt, clickedAt } = conversion;
    for (const basis of ['occurred', 'clicked'] as const) {
      const time = basis === 'clicked' ? (clickedAt ?? occurredAt) : occurredAt;
      const atom = this.atom(basis, time, event, conversion);
      atom[status] += sign;
      if (!counts(status)) continue;
      atom.revenue += BigInt(sign) * revenue;
      atom.payout += BigInt(sign) * payout;
    }
  }

  private atom(basis: Basis, time: number, event: string, row: Grouped): Atom {
    const bucket = bucketOf(time, FINEST);
    const key = `${basis} ${bucket} ${event}${keyOf(row)}${traitsOf(row)}`;
    let atom = this.atoms.get(key);
    if (!atom) {
      atom = { basis, bucket, event, row, cells: [], ...NOTHING };
      this.atoms.set(key, atom);
    }
    return atom;
  }

  private cell(cells: Map<string, Rollup>, cube: Cube, { basis, bucket: quarter, event, row }: Atom): Rollup {
    const bucket = bucketOf(quarter, cube);
    const key = `${cube.grain} ${basis} ${bucket} ${event}${keyOf(row)}${cube.traits ? traitsOf(row) : ''}`;
    let cell = cells.get(key);
    if (!cell) {
      cell = Object.assign(new Rollup(), { grain: cube.grain, basis, bucket, event, lane: this.lane, ...NOTHING });
      cell.campaignId = row.campaignId ?? '';
      cell.offerId = row.offerId ?? '';
      cell.partnerId = row.partnerId ?? '';
      cell.advertiserId = row.advertiserId;
      cell.currency = row.currency ?? '';
      for (const name of TRAITS) cell[name] = (cube.traits && row[name]) || '';
      cells.set(key, cell);
    }
    return cell;
  }
}

const NOTHING: Figures = {
  clicks: 0,
  uniqueClicks: 0,
  bots: 0,
  others: 0,
  approved: 0,
  pending: 0,
  rejected: 0,
  refunded: 0,
  revenue: 0n,
  payout: 0n,
  cost: 0n,
};
const COUNTS = ['clicks', 'uniqueClicks', 'bots', 'others', 'approved', 'pending', 'rejected', 'refunded'] as const;

function keyOf({ campaignId, offerId, partnerId, advertiserId, currency }: Grouped): string {
  return `${SEPARATOR}${campaignId}${SEPARATOR}${offerId}${SEPARATOR}${partnerId}${SEPARATOR}${advertiserId}${SEPARATOR}${currency}`;
}

function traitsOf({ country, device, os, browser }: Grouped): string {
  return `${SEPARATOR}${country ?? ''}${SEPARATOR}${device ?? ''}${SEPARATOR}${os ?? ''}${SEPARATOR}${browser ?? ''}`;
}

function add(cell: Rollup, figures: Figures): void {
  for (const name of COUNTS) cell[name] += figures[name];
  cell.revenue += figures.revenue;
  cell.payout += figures.payout;
  cell.cost += figures.cost;
}

function isNothing({ revenue, payout, ...cell }: Figures): boolean {
  return revenue === 0n && payout === 0n && COUNTS.every((name) => cell[name] === 0);
}
