import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import type { RowOrder, RowSlice } from '../storage/row-slices.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, reading } from '../storage/transaction-work.js';
import { type Cube, TRAITS } from './cubes.js';
import { type Basis, Rollup } from './rollup.entity.js';
import { COMMON_LANE, ROLLUP_FIGURES } from './rollup-queries.js';

/** Whole years' worth of days: with it times before 1970 are positive too, and a division cuts them the same way. */
const SHIFT = 719_162 * 86_400_000;
/** When a conversion counts that is counted by its click. */
export const CLICKED_AT = 'COALESCE(t.clicked_at, t.occurred_at)';
const IDS = ['campaignId', 'offerId', 'partnerId', 'advertiserId'] as const;

/** A stretch of time that one kind of sums is compared in; begins and ends where buckets do. */
export interface Stretch {
  readonly cube: Cube;
  readonly basis: Basis;
  /** Inclusive, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * What has to be added to the rollups of a stretch of time so that they are what the rows say: nothing, unless somebody has
 * written to the tables past the tracker. In one statement, so that it sees rows and sums of the same moment while both
 * grow; and because all that ever happens to sums is addition, the difference holds when it is added later.
 */
export function differenceQueries(storage: TrackerStorage) {
  const rollups = storage.rowsOf(Rollup);
  const postgres = storage.dialect === 'postgres';
  const nameOf = new Map(rollups.columns.map(({ property, name }) => [property, name]));
  const columns = (properties: readonly string[], prefix = '') =>
    properties.map((property) => `${prefix}${nameOf.get(property)}`).join(', ');
  const keys = ['bucket', ...IDS, 'event', 'currency', ...TRAITS];
  // Without numbers on SQLite: better-sqlite3 takes those for names.
  const [from, to] = postgres ? ['$1', '$2'] : ['?', '?'];

  const ofRows = ({ cube, basis }: Stretch, more = '') => {
    const { table, time, event, figures } = basis === 'visit' ? clickRows(storage) : conversionRows(storage, basis);
    const ids = IDS.map((id) => `COALESCE(t.${nameOf.get(id)}, '')`);
    const traits = TRAITS.map((trait) => (cube.traits ? `COALESCE(t.${trait}, '')` : "''"));
    const values = [bucketText(time, cube.span), ...ids, event, "COALESCE(t.currency, '')", ...traits];
    const sums = ROLLUP_FIGURES.map((figure) => (figures[figure] ? `SUM(${figures[figure]})` : '0'));
    const head = [...values.map((value, i) => `${value} AS ${nameOf.get(keys[i] as string)}`)];
    const named = sums.map((value, i) => `${value} AS ${nameOf.get(ROLLUP_FIGURES[i] as string)}`);
    const groups = keys.map((_, i) => i + 1).join(', ');
    return `SELECT ${[...head, ...named].join(', ')} FROM ${table} t
      WHERE ${time} >= ${from} AND ${time} < ${to}${more} GROUP BY ${groups}`;
  };
  const shownKeys = keys.map((property) => `d.${nameOf.get(property)} AS "${property}"`);
  const shownSums = (of: (name: string) => string) =>
    ROLLUP_FIGURES.map((figure) => `CAST(${of(`d.${nameOf.get(figure)}`)} AS VARCHAR(40)) AS "${figure}"`);
  const sumsIn = ({ cube, basis }: Stretch, alias: string) =>
    `${rollups.table} ${alias} WHERE ${alias}.grain = '${cube.grain}' AND ${alias}.basis = '${basis}'
       AND ${alias}.bucket >= ${from} AND ${alias}.bucket < ${to}`;

  return {
    query(stretch: Stretch): Query {
      const sums = ROLLUP_FIGURES.map((figure) => `SUM(d.${nameOf.get(figure)})`);
      const shown = shownSums((figure) => `SUM(${figure})`);
      const text = `SELECT ${[...shownKeys, ...shown].join(', ')} FROM (${ofRows(stretch)}
        UNION ALL SELECT ${columns(keys, 'r.')}, ${columns(ROLLUP_FIGURES, '-r.')} FROM ${sumsIn(stretch, 'r')}) d
        GROUP BY ${columns(keys, 'd.')} HAVING ${sums.map((sum) => `${sum} <> 0`).join(' OR ')}`;
      const bounds = [stretch.from, stretch.to];
      return reading(text, postgres ? bounds : [...bounds, ...bounds]);
    },
    /** The sums that are kept of a stretch. */
    sums(stretch: Stretch): Query {
      const shown = shownSums((figure) => `SUM(${figure})`);
      const text = `SELECT ${[...shownKeys, ...shown].join(', ')} FROM ${sumsIn(stretch, 'd')} GROUP BY ${columns(keys, 'd.')}`;
      return reading(text, [stretch.from, stretch.to]);
    },
    /** The order in which the rows of a stretch can be read in slices; there is none by the time of a conversion's click. */
    rowOrder({ basis, from, to }: Stretch): {
      readonly order: RowOrder;
      readonly bounds: Pick<RowSlice, 'from' | 'to'>;
    } {
      const { table, time } = basis === 'visit' ? clickRows(storage) : conversionRows(storage, basis);
      if (basis === 'clicked') return { order: { table, column: 'id' }, bounds: { from: undefined, to: undefined } };
      return { order: { table, column: time.replace('t.', '') }, bounds: { from, to } };
    },
    /** What the rows of a slice of a stretch add up to, on SQLite. */
    rows(stretch: Stretch, slice: RowSlice): Query {
      const parameters: (string | number)[] = [stretch.from, stretch.to];
      let conditions = '';
      for (const [sign, bound] of [['>=', slice.from] as const, ['<', slice.to] as const]) {
        if (bound === undefined) continue;
        parameters.push(bound);
        conditions += ` AND t.${slice.column} ${sign} ?`;
      }
      const shown = [...shownKeys, ...shownSums((figure) => figure)].join(', ');
      return reading(`SELECT ${shown} FROM (${ofRows(stretch, conditions)}) d`, parameters);
    },
    /** What makes a rollup of a stretch the same one. */
    keyOf(rollup: Rollup): string {
      const values = rollup as unknown as Record<string, unknown>;
      return JSON.stringify(keys.map((key) => values[key]));
    },
    /** A row of the answer as one to be added. */
    read(row: Record<string, unknown>, { cube, basis }: Stretch): Rollup {
      const rollup = Object.assign(new Rollup(), row, { grain: cube.grain, basis, lane: COMMON_LANE }) as Rollup;
      const figures = rollup as unknown as Record<string, number | bigint>;
      for (const name of ['bucket', ...ROLLUP_FIGURES]) figures[name] = Number(row[name]);
      for (const name of ['revenue', 'payout', 'cost'] as const) rollup[name] = BigInt(row[name] as string);
      return rollup;
    },
  };
}

/** Where the bucket begins that a time lies in, as SQL says it. */
export function bucketText(time: string, span: number): string {
  return `((${time} + ${SHIFT}) / ${span}) * ${span} - ${SHIFT}`;
}

interface RowSums {
  readonly table: string;
  readonly time: string;
  readonly event: string;
  readonly figures: Readonly<Record<string, string>>;
}

function clickRows(storage: TrackerStorage): RowSums {
  const person = "t.kind = 'click' AND NOT t.bot";
  return {
    table: storage.rowsOf(Click, ['id']).table,
    time: 't.at',
    event: "''",
    figures: {
      clicks: `CASE WHEN ${person} THEN 1 ELSE 0 END`,
      uniqueClicks: 'CASE WHEN t.is_unique THEN 1 ELSE 0 END',
      bots: "CASE WHEN t.kind = 'click' AND t.bot THEN 1 ELSE 0 END",
      others: "CASE WHEN t.kind <> 'click' THEN 1 ELSE 0 END",
      cost: `CASE WHEN ${person} THEN COALESCE(t.cost, 0) ELSE 0 END`,
    },
  };
}

function conversionRows(storage: TrackerStorage, basis: Basis): RowSums {
  const status = (name: string) => [name, `CASE WHEN t.status = '${name}' THEN 1 ELSE 0 END`] as const;
  const counted = (name: string) => `CASE WHEN t.status IN ('approved', 'pending') THEN t.${name} ELSE 0 END`;
  return {
    table: storage.rowsOf(Conversion, ['id']).table,
    time: basis === 'clicked' ? CLICKED_AT : 't.occurred_at',
    event: 't.event',
    figures: {
      ...Object.fromEntries(['approved', 'pending', 'rejected', 'refunded'].map(status)),
      revenue: counted('revenue'),
      payout: counted('payout'),
    },
  };
}
