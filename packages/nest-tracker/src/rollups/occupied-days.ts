import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, reading, type TransactionWork } from '../storage/transaction-work.js';
import { ALL_CUBES, DAY_MS } from './cubes.js';
import { type Basis, Rollup } from './rollup.entity.js';
import { bucketText, CLICKED_AT } from './rollup-difference.js';

const BASES: readonly Basis[] = ['visit', 'occurred', 'clicked'];

/**
 * The time that rows and sums are of. There may be centuries in it that nothing is of: one message whose sender's clock was
 * wrong is enough.
 */
export class OccupiedDays {
  private readonly clickedOn: readonly number[];

  /** @param clickedOn see {@link clickedOnQuery}; no index knows them. */
  constructor(
    private readonly storage: TrackerStorage,
    clickedOn: Iterable<number>,
  ) {
    this.clickedOn = [...clickedOn].sort((a, b) => a - b);
  }

  /** The first day that something is of, and the end of what there is. */
  *bounds(): TransactionWork<{ readonly from: number; readonly to: number }> {
    const ends = [...this.clickedOn];
    for (const basis of BASES) {
      for (const end of ['MIN', 'MAX'] as const) ends.push(...(yield* this.ends(basis, end, Number.MIN_SAFE_INTEGER)));
    }
    if (ends.length === 0) return { from: 0, to: 0 };
    return ends.reduce((all, end) => ({ from: Math.min(all.from, end), to: Math.max(all.to, end + 1) }), {
      from: ends[0] as number,
      to: ends[0] as number,
    });
  }

  /** When the next of a kind is, not before a time that is the beginning of a day; undefined when there is none. */
  *next(basis: Basis, from: number): TransactionWork<number | undefined> {
    const ends = yield* this.ends(basis, 'MIN', from);
    const clicked = basis === 'clicked' ? this.clickedOn.find((day) => day >= from) : undefined;
    if (clicked !== undefined) ends.push(clicked);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** Of every table that has an index by this time. */
  private *ends(basis: Basis, end: 'MIN' | 'MAX', from: number): TransactionWork<number[]> {
    const rows = timeOf(this.storage, basis);
    const { table } = this.storage.rowsOf(Rollup);
    const sources = ALL_CUBES.map(({ grain }) => [table, 'bucket', `grain = '${grain}' AND basis = '${basis}' AND `]);
    if (rows) sources.push([...rows, '']);
    const postgres = this.storage.dialect === 'postgres';
    // One statement each: SQLite looks up the end of an index for nothing that asks for more.
    const texts = sources.map(
      ([source, column, of]) =>
        `SELECT ${end}(${column}) AS "time" FROM ${source} WHERE ${of}${column} >= ${postgres ? '$1' : '?'}`,
    );
    const found = yield reading(texts.join(' UNION ALL '), postgres ? [from] : sources.map(() => from));
    return found.rows.flatMap(({ time }) => (time === null ? [] : [Number(time)]));
  }
}

/** The UTC days that clicks of conversions were made on, or conversions without a click happened on, as `day`. */
export function clickedOnQuery(storage: TrackerStorage, condition = '', parameters: readonly string[] = []): Query {
  const { table } = storage.rowsOf(Conversion, ['id']);
  return reading(`SELECT DISTINCT ${bucketText(CLICKED_AT, DAY_MS)} AS "day" FROM ${table} t${condition}`, parameters);
}

function timeOf(storage: TrackerStorage, basis: Basis): readonly [table: string, column: string] | undefined {
  if (basis === 'visit') return [storage.rowsOf(Click, ['id']).table, 'at'];
  return basis === 'occurred' ? [storage.rowsOf(Conversion, ['id']).table, 'occurred_at'] : undefined;
}
