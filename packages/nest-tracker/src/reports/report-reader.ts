import { BadRequestException } from '@nestjs/common';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Cell, reading } from '../storage/transaction-work.js';
import { MAX_GROUPS, type Metrics } from './report.js';
import type { ReportPart } from './report-parts.js';
import { addMetrics, emptyMetrics } from './report-rows.js';
import {
  clicksStatement,
  conversionsStatement,
  type ReportPlan,
  type RowOrder,
  type RowSlice,
  rowOrders,
  type Statement,
} from './report-sql.js';

/** What the database counted of one group: the dimensions as `d0`, `d1`, …, the currency, and figures. */
export type DatabaseRow = Partial<Record<keyof Metrics, string | number | bigint>> & Record<string, string | null>;

/** How long SQLite, which answers without letting go of the event loop, may take for one slice, in milliseconds. */
const SLICE_MS = 5;
/** Rows of the first slice, and of the smallest and the largest. */
const ROWS = { first: 500, least: 200, most: 20_000 };

/** Has the database count what a report is made of. */
export class ReportReader {
  constructor(private readonly storage: TrackerStorage) {}

  /** @throws BadRequestException when there are more groups than {@link MAX_GROUPS}. */
  clicks(plan: ReportPlan, part: ReportPart): Promise<DatabaseRow[]> {
    return this.read(part, rowOrders(plan).clicks, (slice) => clicksStatement(plan, part, slice));
  }

  /** @throws BadRequestException when there are more groups than {@link MAX_GROUPS}. */
  conversions(plan: ReportPlan, part: ReportPart): Promise<DatabaseRow[]> {
    return this.read(part, rowOrders(plan).conversions, (slice) => conversionsStatement(plan, part, slice));
  }

  private async read(
    part: ReportPart,
    order: RowOrder,
    statementOf: (slice?: RowSlice) => Statement,
  ): Promise<DatabaseRow[]> {
    if (part.source !== 'rows' || this.storage.dialect !== 'sqlite') return this.run(statementOf());
    return this.readInSlices(part, order, statementOf);
  }

  /** Every figure can be added up, so it makes no difference in how many slices the rows are counted. */
  private async readInSlices(
    part: ReportPart,
    order: RowOrder,
    statementOf: (slice: RowSlice) => Statement,
  ): Promise<DatabaseRow[]> {
    const groups = new Map<string, DatabaseRow & Metrics>();
    const { column } = order;
    const last = order.isTime ? part.to : undefined;
    let from: RowSlice['from'] = order.isTime ? part.from : undefined;
    for (let size = ROWS.first; ; ) {
      const to = await this.endOf(order, from, last, size);
      const start = performance.now();
      addUp(groups, await this.run(statementOf({ column, from, to })));
      if (groups.size > MAX_GROUPS) throw tooManyGroups();
      if (to === undefined) return [...groups.values()];
      const fitting = (size * SLICE_MS) / Math.max(performance.now() - start, 1);
      size = Math.round(Math.max(ROWS.least, Math.min(fitting, 2 * size, ROWS.most)));
      from = to;
      await new Promise(setImmediate);
    }
  }

  /** Where a slice of so many rows ends; undefined where no more are left. */
  private async endOf(
    { table, column }: RowOrder,
    from: RowSlice['from'],
    to: RowSlice['to'],
    size: number,
  ): Promise<RowSlice['to']> {
    const parameters: Cell[] = [];
    const bounds: string[] = [];
    for (const [sign, bound] of [['>=', from] as const, ['<', to] as const]) {
      if (bound === undefined) continue;
      bounds.push(`${column} ${sign} ?`);
      parameters.push(bound);
    }
    const where = bounds.length > 0 ? ` WHERE ${bounds.join(' AND ')}` : '';
    const text = `SELECT ${column} AS "end" FROM ${table}${where} ORDER BY ${column} LIMIT 1 OFFSET ?`;
    const [row] = await this.storage.read(reading(text, [...parameters, size]));
    if (!row) return undefined;
    const end = row.end as string | number;
    // Many rows of one moment, such as an import's, are one slice.
    return end === from && typeof end === 'number' ? end + 1 : end;
  }

  private async run({ sql, parameters }: Statement): Promise<DatabaseRow[]> {
    const rows = await this.storage.dataSource.query<DatabaseRow[]>(sql, [...parameters]);
    if (rows.length > MAX_GROUPS) throw tooManyGroups();
    return rows;
  }
}

function addUp(groups: Map<string, DatabaseRow & Metrics>, rows: readonly DatabaseRow[]): void {
  for (const row of rows) {
    const values: Record<string, string | null> = {};
    for (let i = 0; row[`d${i}`] !== undefined; i++) values[`d${i}`] = row[`d${i}`] as string | null;
    values.currency = row.currency ?? null;
    const key = JSON.stringify(values);
    let group = groups.get(key);
    if (!group) {
      group = Object.assign(values, emptyMetrics()) as DatabaseRow & Metrics;
      groups.set(key, group);
    }
    addMetrics(group, row);
  }
}

function tooManyGroups(): BadRequestException {
  return new BadRequestException(
    `"groupBy" makes more than ${MAX_GROUPS.toLocaleString('en')} groups of this. Ask for a shorter time, filter, or group by less.`,
  );
}
