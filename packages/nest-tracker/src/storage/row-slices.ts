import { type Cell, type Query, type RawRow, reading } from './transaction-work.js';

/** A column that has an index, and so an order in which a table can be read in slices. */
export interface RowOrder {
  /** Quoted. */
  readonly table: string;
  readonly column: string;
}

/** Some rows of a table, by a column that has an order. */
export interface RowSlice {
  readonly column: string;
  /** Inclusive; undefined: from the first. */
  readonly from: number | string | undefined;
  /** Exclusive; undefined: to the last. */
  readonly to: number | string | undefined;
}

/** How long SQLite, which answers without letting go of the event loop, may take for one slice, in milliseconds. */
const SLICE_MS = 5;
/** Rows of the first slice, and of the smallest and the largest. */
const ROWS = { first: 500, least: 200, most: 20_000 };

/**
 * Divides rows of SQLite into slices that take a few milliseconds each: as long as whoever asks needed for the one before.
 * Requests are answered in between.
 *
 * @param read Runs a statement.
 * @param bounds Of the column; the last slice is open towards the end, for what is added meanwhile.
 */
export async function* rowSlices(
  read: (query: Query) => Promise<readonly RawRow[]> | readonly RawRow[],
  { table, column }: RowOrder,
  bounds: Pick<RowSlice, 'from' | 'to'>,
): AsyncGenerator<RowSlice> {
  let { from } = bounds;
  for (let size = ROWS.first; ; ) {
    const [row] = await read(endQuery(table, { column, from, to: bounds.to }, size));
    const end = row?.end as string | number | undefined;
    // Many rows of one moment, such as an import's, are one slice.
    const to = end === from && typeof end === 'number' ? end + 1 : end;
    const start = performance.now();
    yield { column, from, to };
    if (to === undefined) return;
    const fitting = (size * SLICE_MS) / Math.max(performance.now() - start, 1);
    size = Math.round(Math.max(ROWS.least, Math.min(fitting, 2 * size, ROWS.most)));
    from = to;
    await new Promise(setImmediate);
  }
}

function endQuery(table: string, { column, from, to }: RowSlice, size: number): Query {
  const conditions: string[] = [];
  const parameters: Cell[] = [];
  for (const [sign, bound] of [['>=', from] as const, ['<', to] as const]) {
    if (bound === undefined) continue;
    conditions.push(`${column} ${sign} ?`);
    parameters.push(bound);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const text = `SELECT ${column} AS "end" FROM ${table}${where} ORDER BY ${column} LIMIT 1 OFFSET ?`;
  return reading(text, [...parameters, size]);
}
