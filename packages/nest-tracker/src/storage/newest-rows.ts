import {
  And,
  type EntityTarget,
  type FindOperator,
  type FindOptionsWhere,
  LessThan,
  MoreThanOrEqual,
  type ObjectLiteral,
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

  find(where: FindOptionsWhere<Row>, range: IdRange, take: number): Promise<Found<Row>> {
    const apart = this.storage.dialect === 'sqlite' ? withoutIndexes(where) : where;
    const findIn = (part: IdRange, left: number) => this.findIn(apart, part, left);
    return newestInParts(this.storage, this.entity, range, { take, mostParts: this.mostParts, findIn });
  }

  /** All at once, where an index leads to the rows. */
  findIn(where: FindOptionsWhere<Row>, { from, before }: IdRange, take: number): Promise<Row[]> {
    const range: FindOperator<string>[] = [];
    if (from !== undefined) range.push(MoreThanOrEqual(from));
    if (before !== undefined) range.push(LessThan(before));
    const bounded = (range.length > 0 ? { ...where, id: And(...range) } : where) as FindOptionsWhere<Row>;
    return this.storage.manager.find(this.entity, { where: bounded, order: { id: 'DESC' } as never, take });
  }
}

/** How rows are looked for in parts. */
interface Search<Row> {
  readonly take: number;
  /** Default: all. */
  readonly mostParts?: number;
  /** Finds the newest rows of a part, so many at the most. */
  readonly findIn: (part: IdRange, take: number) => Promise<Row[]>;
}

/** What {@link NewestRows} does, for those who ask in words of their own. */
export async function newestInParts<Row>(
  storage: TrackerStorage,
  entity: EntityTarget<ObjectLiteral>,
  { from, before: end }: IdRange,
  { take, mostParts, findIn }: Search<Row>,
): Promise<Found<Row>> {
  const rows: Row[] = [];
  let before = end;
  for (let parts = 1; ; parts++) {
    const start = await partBefore(storage, entity, { from, before });
    rows.push(...(await findIn({ from: start ?? from, before }, take - rows.length)));
    if (start === undefined || rows.length >= take) return { rows };
    if (parts === mostParts) return { rows, goesOnBefore: start };
    before = start;
    await new Promise(setImmediate);
  }
}

/** Where the newest part of a range begins; undefined when the range is no larger than one. */
async function partBefore(
  storage: TrackerStorage,
  entity: EntityTarget<ObjectLiteral>,
  { from, before }: IdRange,
): Promise<string | undefined> {
  const parameters: Cell[] = [];
  const bounds: string[] = [];
  for (const [sign, id] of [['>=', from] as const, ['<', before] as const]) {
    if (id === undefined) continue;
    parameters.push(id);
    bounds.push(`id ${sign} ${storage.dialect === 'postgres' ? `$${parameters.length}` : '?'}`);
  }
  const { table } = storage.rowsOf(entity, ['id']);
  const where = bounds.length > 0 ? ` WHERE ${bounds.join(' AND ')}` : '';
  const text = `SELECT id FROM ${table}${where} ORDER BY id DESC LIMIT 1 OFFSET ${PART}`;
  const [row] = await storage.read(reading(text, parameters));
  return row && String(row.id);
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
