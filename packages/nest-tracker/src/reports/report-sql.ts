import type { Dialect } from '../storage/dialect.js';
import type { RowOrder, RowSlice } from '../storage/row-slices.js';
import { type FilterDimension, MAX_GROUPS, type ReportDimension, type ReportRequest } from './report.js';
import type { ReportPart } from './report-parts.js';
import { localUnits } from './report-times.js';
import type { OffsetSpan } from './time-zone.js';

/** A statement with its parameters. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** An order in which a report's rows can be read in slices. */
export interface ReportOrder extends RowOrder {
  /** Whether it is by the time that the report is bounded by. */
  readonly isTime: boolean;
}

/** The orders in which rows are read; there is none by the time of a conversion's click. */
export function rowOrders({ request, tables }: ReportPlan): Readonly<Record<'clicks' | 'conversions', ReportOrder>> {
  const isTime = request.by === 'conversion';
  return {
    clicks: { table: tables.clicks, column: 'at', isTime: true },
    conversions: { table: tables.conversions, column: isTime ? 'occurred_at' : 'id', isTime },
  };
}

/** Everything that turns a request into SQL. Filter values are row ids where the database keeps ids. */
export interface ReportPlan {
  readonly request: ReportRequest;
  readonly dialect: Dialect;
  readonly spans: readonly OffsetSpan[];
  readonly filters: Partial<Record<FilterDimension, string>>;
  /** Tables, quoted, in the host's schema where it has one. */
  readonly tables: Readonly<Record<'clicks' | 'conversions' | 'rollups', string>>;
}

/** Where a statement reads from. */
interface Source {
  readonly from: string;
  /** Epoch milliseconds. */
  readonly time: string;
  readonly column: (name: string) => string;
  readonly conditions?: readonly string[];
  readonly figures: readonly string[];
  /** What a group must have to be one. */
  readonly having?: string;
}

const ID_COLUMNS: Readonly<Record<string, string>> = {
  campaign: 'campaign_id',
  offer: 'offer_id',
  partner: 'partner_id',
  advertiser: 'advertiser_id',
};
const STATUSES = ['approved', 'pending', 'rejected', 'refunded'];

/** Clicks, unique visitors, bots and cost by the dimensions that clicks have. */
export function clicksStatement(plan: ReportPlan, part: ReportPart, slice?: RowSlice): Statement {
  const dimensions = plan.request.groupBy.filter((name) => name !== 'event');
  const filters = (Object.entries(plan.filters) as [FilterDimension, string][]).filter(([name]) => name !== 'event');
  const source = part.source === 'rows' ? clickRows(plan) : clickSums(plan, part);
  return statement(plan, { ...part, slice }, source, dimensions, filters);
}

/** Conversions by status, revenue and payout. */
export function conversionsStatement(plan: ReportPlan, part: ReportPart, slice?: RowSlice): Statement {
  const filters = Object.entries(plan.filters) as [FilterDimension, string][];
  const source = part.source === 'rows' ? conversionRows(plan) : conversionSums(plan, part);
  return statement(plan, { ...part, slice }, source, plan.request.groupBy, filters);
}

function clickRows({ tables }: ReportPlan): Source {
  const person = "c.kind = 'click' AND NOT c.bot";
  return {
    from: `${tables.clicks} c`,
    time: 'c.at',
    column: (name) => `c.${ID_COLUMNS[name] ?? name}`,
    figures: [
      sumOf('clicks', `CASE WHEN ${person} THEN 1 ELSE 0 END`),
      sumOf('uniqueClicks', 'CASE WHEN c.is_unique THEN 1 ELSE 0 END'),
      sumOf('bots', "CASE WHEN c.kind = 'click' AND c.bot THEN 1 ELSE 0 END"),
      sumOf('cost', `CASE WHEN ${person} THEN c.cost END`),
    ],
  };
}

function conversionRows({ request, filters, tables }: ReportPlan): Source {
  const counted = "v.status IN ('approved', 'pending')";
  const usesClick = [...request.groupBy, ...Object.keys(filters)].some(isSub);
  return {
    from: `${tables.conversions} v${usesClick ? ` LEFT JOIN ${tables.clicks} k ON k.id = v.click_id` : ''}`,
    time: request.by === 'click' ? 'COALESCE(v.clicked_at, v.occurred_at)' : 'v.occurred_at',
    column: (name) => (isSub(name) ? `k.${name}` : `v.${ID_COLUMNS[name] ?? name}`),
    figures: [
      sumOf('conversions', `CASE WHEN ${counted} THEN 1 ELSE 0 END`),
      ...STATUSES.map((name) => sumOf(name, `CASE WHEN v.status = '${name}' THEN 1 ELSE 0 END`)),
      sumOf('revenue', `CASE WHEN ${counted} THEN v.revenue END`),
      sumOf('payout', `CASE WHEN ${counted} THEN v.payout END`),
    ],
  };
}

function clickSums(plan: ReportPlan, part: ReportPart): Source {
  return {
    ...sums(plan, part, 'visit'),
    figures: [
      ...['clicks', 'bots', 'cost'].map((name) => sumOf(name, `r.${name}`)),
      sumOf('uniqueClicks', 'r.unique_clicks'),
    ],
    having: 'SUM(r.clicks + r.bots + r.others) > 0',
  };
}

function conversionSums(plan: ReportPlan, part: ReportPart): Source {
  return {
    ...sums(plan, part, plan.request.by === 'click' ? 'clicked' : 'occurred'),
    figures: [
      sumOf('conversions', 'r.approved + r.pending'),
      ...[...STATUSES, 'revenue', 'payout'].map((name) => sumOf(name, `r.${name}`)),
    ],
    // What has moved elsewhere leaves a row of noughts behind.
    having: 'SUM(r.approved + r.pending + r.rejected + r.refunded) > 0',
  };
}

/** Rollups say by an empty text what rows say by null. */
function sums({ tables }: ReportPlan, { source }: ReportPart, basis: string): Omit<Source, 'figures'> {
  return {
    from: `${tables.rollups} r`,
    time: 'r.bucket',
    column: (name) => `NULLIF(r.${ID_COLUMNS[name] ?? name}, '')`,
    conditions: [`r.grain = '${source === 'rows' ? '' : source.grain}'`, `r.basis = '${basis}'`],
  };
}

/** As text, because neither driver hands a sum back as an exact integer of its own accord. */
function sumOf(name: string, expression: string): string {
  return `CAST(COALESCE(SUM(${expression}), 0) AS VARCHAR(40)) AS "${name}"`;
}

function isSub(name: string): boolean {
  return name.startsWith('sub');
}

function statement(
  { request, dialect, spans }: ReportPlan,
  { from, to, slice }: Pick<ReportPart, 'from' | 'to'> & { readonly slice: RowSlice | undefined },
  source: Source,
  dimensions: readonly ReportDimension[],
  filters: readonly (readonly [FilterDimension, string])[],
): Statement {
  const parameters: (string | number)[] = [];
  const conditions = [...(source.conditions ?? [])];
  const hold = (condition: string, value: string | number) => {
    parameters.push(value);
    conditions.push(`${condition} ${dialect === 'postgres' ? `$${parameters.length}` : '?'}`);
  };
  if (from !== undefined) hold(`${source.time} >=`, from);
  if (to !== undefined) hold(`${source.time} <`, to);
  if (slice?.from !== undefined) hold(`${source.column(slice.column)} >=`, slice.from);
  if (slice?.to !== undefined) hold(`${source.column(slice.column)} <`, slice.to);
  for (const [name, value] of filters) hold(`${source.column(name)} =`, value);
  const currency = source.column('currency');
  if (request.currency) hold(`${currency} =`, request.currency);
  const columnOf = (name: ReportDimension) => localUnits(name, source.time, spans) ?? source.column(name);
  const columns = [...dimensions.map((name, i) => `${columnOf(name)} AS d${i}`), `${currency} AS currency`];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const having = source.having ? ` HAVING ${source.having}` : '';
  const groups = columns.map((_, i) => i + 1).join(', ');
  return {
    sql: `SELECT ${[...columns, ...source.figures].join(', ')} FROM ${source.from}${where} GROUP BY ${groups}${having} LIMIT ${MAX_GROUPS + 1}`,
    parameters,
  };
}
