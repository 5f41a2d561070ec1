import { BadRequestException } from '@nestjs/common';
import { type RowSlice, rowSlices } from '../storage/row-slices.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { MAX_GROUPS, type Metrics } from './report.js';
import type { ReportPart } from './report-parts.js';
import { addMetrics, emptyMetrics } from './report-rows.js';
import {
  clicksStatement,
  conversionsStatement,
  type ReportOrder,
  type ReportPlan,
  rowOrders,
  type Statement,
} from './report-sql.js';

/** What the database counted of one group: the dimensions as `d0`, `d1`, …, the currency, and figures. */
export type DatabaseRow = Partial<Record<keyof Metrics, string | number | bigint>> & Record<string, string | null>;

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
    order: ReportOrder,
    statementOf: (slice?: RowSlice) => Statement,
  ): Promise<DatabaseRow[]> {
    if (part.source !== 'rows' || this.storage.dialect !== 'sqlite') return this.run(statementOf());
    return this.readInSlices(part, order, statementOf);
  }

  /** Every figure can be added up, so it makes no difference in how many slices the rows are counted. */
  private async readInSlices(
    part: ReportPart,
    order: ReportOrder,
    statementOf: (slice: RowSlice) => Statement,
  ): Promise<DatabaseRow[]> {
    const groups = new Map<string, DatabaseRow & Metrics>();
    const bounds = order.isTime ? { from: part.from, to: part.to } : { from: undefined, to: undefined };
    for await (const slice of rowSlices((query) => this.storage.read(query), order, bounds)) {
      addUp(groups, await this.run(statementOf(slice)));
      if (groups.size > MAX_GROUPS) throw tooManyGroups();
    }
    return [...groups.values()];
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
