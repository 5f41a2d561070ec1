import {
  And,
  type EntityTarget,
  type FindOperator,
  type FindOptionsWhere,
  LessThan,
  MoreThanOrEqual,
  Raw,
} from 'typeorm';
import type { TrackerStorage } from './tracker-storage.js';
import { type Cell, reading } from './transaction-work.js';

/** Rows that SQLite looks through in some hundredths of a second, and PostgreSQL in less. */
const PART = 10_000;

/** Where rows are looked for, by their ids. */
export interface IdRange {
  /** Inclusive; undefined: from the first. */
  readonly from?: string | undefined;
  /** Exclusive; undefined: to the last. */
  readonly before?: string | undefined;
}

/** Rows that match, newest first. */
export interface Found<Row> {
  readonly rows: Row[];
  /** The id before which to go on, when so much was looked through that the rest is for another time. */
  readonly goesOnBefore?: string;
}

/**
 * Looks for the newest rows that match where no index leads to them. A part at a time: SQLite answers without letting go
 * of the event loop, and requests are answered in between; and a search that finds little ends some time.
 */
export class NewestRows<Row extends { id: string }> {
  /**
   * @param mostParts Parts of some ten thousand rows that one search looks through at the most. Default: all.
   */
  constructor(
    private readonly storage: TrackerStorage,
    private readonly entity: EntityTarget<Row>,
    private readonly mostParts: number = Number.POSITIVE_INFINITY,
  ) {}

  async find(where: FindOptionsWhere<Row>, range: IdRange, take: number): Promise<Found<Row>> {
    const rows: Row[] = [];
    const apart = this.storage.dialect === 'sqlite' ? withoutIndexes(where) : where;
    let { before } = range;
    for (let parts = 1; ; parts++) {
      const from = await this.partBefore({ from: range.from, before });
      const part = { from: from ?? range.from, before };
      rows.push(...(await this.findIn(apart, part, take - rows.length)));
      if (from === undefined || rows.length >= take) return { rows };
      if (parts === this.mostParts) return { rows, goesOnBefore: from };
      before = from;
      await new Promise(setImmediate);
    }
  }

  /** All at once, where an index leads to the rows. */
  findIn(where: FindOptionsWhere<Row>, { from, before }: IdRange, take: number): Promise<Row[]> {
    const range: FindOperator<string>[] = [];
    if (from !== undefined) range.push(MoreThanOrEqual(from));
    if (before !== undefined) range.push(LessThan(before));
    const bounded = (range.length > 0 ? { ...where, id: And(...range) } : where) as FindOptionsWhere<Row>;
    return this.storage.manager.find(this.entity, { where: bounded, order: { id: 'DESC' } as never, take });
  }

  /** Where the newest part of a range begins; undefined when the range is no larger than one. */
  private async partBefore({ from, before }: IdRange): Promise<string | undefined> {
    const parameters: Cell[] = [];
    const bounds: string[] = [];
    for (const [sign, id] of [['>=', from] as const, ['<', before] as const]) {
      if (id === undefined) continue;
      parameters.push(id);
      bounds.push(`id ${sign} ${this.storage.dialect === 'postgres' ? `$${parameters.length}` : '?'}`);
    }
    const { table } = this.storage.rowsOf(this.entity, ['id']);
    const where = bounds.length > 0 ? ` WHERE ${bounds.join(' AND ')}` : '';
    const text = `SELECT id FROM ${table}${where} ORDER BY id DESC LIMIT 1 OFFSET ${PART}`;
    const [row] = await this.storage.read(reading(text, parameters));
    return row && String(row.id);
  }
}

/**
 * The same conditions with a plus before their columns: what SQLite looks for by no index. Without statistics it would
 * rather go through all rows of an advertiser, for each part again, than through the ids of one part.
 */
function withoutIndexes<Row>(where: FindOptionsWhere<Row>): FindOptionsWhere<Row> {
  const conditions = Object.entries(where).map(([name, value]) => [
    name,
    typeof value === 'string' ? Raw((column) => `+(${column}) = :where_${name}`, { [`where_${name}`]: value }) : value,
  ]);
  return Object.fromEntries(conditions) as FindOptionsWhere<Row>;
}
