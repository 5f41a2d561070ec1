import { createHash } from 'node:crypto';
import { Click } from '../clicks/click.entity.js';
import { arrayLiteral, columnLiteral } from '../storage/array-literal.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, type RawRow, reading } from '../storage/transaction-work.js';
import type { Newcomer } from './click-writer.js';
import { DayVisitor } from './day-visitor.entity.js';
import { Rollup } from './rollup.entity.js';
import { addingUp } from './rollup-queries.js';
import { RollupSums } from './rollup-sums.js';

/**
 * Everything that storing clicks takes as one statement of PostgreSQL: visitors who have not been here on the day, the
 * clicks, and their sums. The text is the same for every number of clicks.
 */
export function clicksStatement(storage: TrackerStorage) {
  const clicks = storage.rowsOf(Click);
  const rollups = storage.rowsOf(Rollup);
  const visitors = storage.rowsOf(DayVisitor).table;
  const clickColumns = clicks.columns.filter(({ property }) => property !== 'unique');
  const rollupColumns = rollups.columns.filter(({ property }) => property !== 'uniqueClicks');
  let used = 0;
  const unnest = (types: readonly string[]) => `unnest(${types.map((type) => `$${++used}::${type}`).join(', ')})`;
  const names = (columns: readonly { readonly name: string }[], table = '') =>
    columns.map(({ name }) => `${table}${name}`).join(', ');
  const newcomers = unnest(['text[]', 'integer[]', 'text[]', 'text[]']);
  const counted = unnest(['text[]', 'integer[]']);
  const clickRows = unnest(clickColumns.map(({ arrayType }) => arrayType));
  const rollupRows = unnest(rollupColumns.map(({ arrayType }) => arrayType));
  const text = `WITH n AS (SELECT * FROM ${newcomers} AS n(id, day, campaign_id, visitor)),
    v AS (INSERT INTO ${visitors} (day, campaign_id, visitor) SELECT day, campaign_id, visitor FROM n
      ON CONFLICT DO NOTHING RETURNING day, campaign_id, visitor),
    f AS (SELECT n.id FROM n JOIN v ON v.day = n.day AND v.campaign_id = n.campaign_id AND v.visitor = n.visitor),
    c AS (INSERT INTO ${clicks.table} (${names(clickColumns)}, is_unique)
      SELECT ${names(clickColumns, 'c.')}, f.id IS NOT NULL
      FROM ${clickRows} AS c(${names(clickColumns)}) LEFT JOIN f ON f.id = c.id),
    u AS (SELECT l.cell, COUNT(*)::integer AS firsts FROM ${counted} AS l(id, cell) JOIN f ON f.id = l.id GROUP BY l.cell),
    r AS (INSERT INTO ${rollups.table} (${names(rollupColumns)}, unique_clicks)
      SELECT ${names(rollupColumns, 'r.')}, COALESCE(u.firsts, 0)
      FROM ${rollupRows} WITH ORDINALITY AS r(${names(rollupColumns)}, cell) LEFT JOIN u ON u.cell = r.cell
      ${addingUp(storage)})
    SELECT id FROM f`;
  return {
    /** One connection may serve trackers with tables of other names. */
    name: `tallyback_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
    query(rows: readonly Click[], firsts: readonly Newcomer[], lane: number): Query {
      const sums = new RollupSums(lane);
      const atoms = rows.map((click) => sums.addClick(click));
      const added = sums.rows();
      const numbers = new Map(added.map((cell, i) => [cell, i + 1]));
      const newOnes = new Set(firsts.map(({ click }) => click));
      const links = rows.flatMap((click, i) =>
        newOnes.has(click) ? (atoms[i]?.cells ?? []).map((cell) => [click.id, cell] as const) : [],
      );
      const parameters = [
        arrayLiteral(firsts, ({ click }) => click.id),
        arrayLiteral(firsts, ({ day }) => day),
        arrayLiteral(firsts, ({ click }) => click.campaignId),
        arrayLiteral(firsts, ({ click }) => click.visitor),
        arrayLiteral(links, ([id]) => id),
        arrayLiteral(links, ([, cell]) => numbers.get(cell) as number),
        ...clickColumns.map(({ cell }) => columnLiteral(rows, cell)),
        ...rollupColumns.map(({ cell }) => columnLiteral(added, cell)),
      ];
      return reading(text, parameters);
    },
    /** Marks the clicks that the statement found to be their visitor's first. */
    result(rows: readonly Click[], found: readonly RawRow[]): void {
      const ids = new Set(found.map(({ id }) => id));
      for (const click of rows) click.unique = ids.has(click.id);
    },
  };
}
