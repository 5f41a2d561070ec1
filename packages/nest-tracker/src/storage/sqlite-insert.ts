import type { EntityColumn, EntityRows } from './entity-rows.js';
import { type Cell, type Query, writing } from './transaction-work.js';

/** Rows per statement: a handful of prepared statements serves every number of rows. */
const CHUNKS = [64, 16, 4, 1] as const;
/** For fewer rows nothing is won by what they have in common. */
const FEW = 4;
/** Layouts that statements are kept for; rows with yet another one take what fits them best. */
const MAX_LAYOUTS = 16;

/** How a layout treats a column: not there, null in all rows; bound once, the same in all rows; or bound for each row. */
const ABSENT = '-';
const COMMON = '=';
const OWN = '+';

/** Statements for rows that are alike in the same columns, one for each size of chunk. */
interface Layout {
  /** One character for each column. */
  readonly key: string;
  readonly common: readonly number[];
  readonly own: readonly number[];
  readonly texts: readonly string[];
}

/**
 * SQLite's driver takes its time for every value, a third of a microsecond for a text. So columns that are null in all the
 * rows are left out (most clicks have few of their many columns), and texts that are the same in all of them are
 * bound once: what arrives together has advertiser, path, status and much else in common.
 */
export function sqliteInsert<Row extends object>(
  { table, columns }: Pick<EntityRows<Row>, 'table' | 'columns'>,
  tail: string,
): (rows: readonly Row[]) => Query[] {
  const layouts = new Map<string, Layout>();
  const make = (key: string) => {
    const layout = layoutOf(table, columns, key, tail);
    layouts.set(key, layout);
    return layout;
  };
  const full = make(OWN.repeat(columns.length));
  const layoutFor = (key: string) =>
    layouts.get(key) ?? (layouts.size < MAX_LAYOUTS ? make(key) : (bestOf(layouts.values(), key) ?? full));
  return (rows) => {
    if (rows.length === 0) return [];
    const cells = columns.map(({ cell }) => rows.map((row) => cell(row) as Cell));
    const key = columns.map((column, i) => useOf(column, cells[i] as Cell[])).join('');
    const { common, own, texts } = layoutFor(key.includes(OWN) ? key : full.key);
    const shared = common.map((column) => (cells[column] as Cell[])[0] as Cell);
    const queries: Query[] = [];
    let done = 0;
    for (const [i, size] of CHUNKS.entries()) {
      for (; rows.length - done >= size; done += size) {
        const parameters = [...shared];
        for (let row = done; row < done + size; row++) {
          for (const column of own) parameters.push((cells[column] as Cell[])[row] as Cell);
        }
        queries.push(writing(texts[i] as string, parameters));
      }
    }
    return queries;
  };
}

function useOf<Row>({ optional }: EntityColumn<Row>, cells: readonly Cell[]): string {
  const [first] = cells;
  // Numbers are bound quickly, and are the same by chance: not worth a layout.
  const isAbsent = first === null && optional;
  if (!isAbsent && (typeof first !== 'string' || cells.length < FEW)) return OWN;
  for (const cell of cells) if (cell !== first) return OWN;
  return isAbsent ? ABSENT : COMMON;
}

/** The layout that binds the fewest values of those that the rows can be written by. */
function bestOf(layouts: Iterable<Layout>, key: string): Layout | undefined {
  let best: Layout | undefined;
  for (const layout of layouts) {
    const fits = [...layout.key].every(
      (use, i) => use === OWN || use === key[i] || (use === COMMON && key[i] === ABSENT),
    );
    if (fits && (!best || layout.own.length < best.own.length)) best = layout;
  }
  return best;
}

function layoutOf<Row>(table: string, columns: readonly EntityColumn<Row>[], key: string, tail: string): Layout {
  const indexes = (use: string) => [...key].flatMap((one, i) => (one === use ? [i] : []));
  const [common, own] = [indexes(COMMON), indexes(OWN)];
  const names = [...common, ...own].map((i) => columns[i]?.name);
  const head = `INSERT INTO ${table} (${names.join(', ')})`;
  const tuple = `(${own.map(() => '?').join(', ')})`;
  const picked = [...common.map(() => '?'), ...own.map((_, i) => `column${i + 1}`)].join(', ');
  const texts = CHUNKS.map((size) => {
    const values = `VALUES ${Array(size).fill(tuple).join(', ')}`;
    // `WHERE true`: without it SQLite would take the ON of a conflict for that of a join.
    return common.length === 0
      ? `${head} ${values}${tail}`
      : `${head} SELECT ${picked} FROM (${values}) WHERE true${tail}`;
  });
  return { key, common, own, texts };
}
