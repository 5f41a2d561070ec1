import type { Dialect } from '../storage/dialect.js';
import type { FilterDimension, ReportDimension, ReportRequest } from './report.js';
import type { OffsetSpan } from './time-zone.js';

/** A statement with its parameters. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** Everything that turns a request into SQL. Filter values are row ids where the database keeps ids. */
export interface ReportPlan {
  readonly request: ReportRequest;
  readonly dialect: Dialect;
  readonly spans: readonly OffsetSpan[];
  readonly filters: Partial<Record<FilterDimension, string>>;
}

const ID_COLUMNS: Partial<Record<ReportDimension, string>> = {
  campaign: 'campaign_id',
  offer: 'offer_id',
  partner: 'partner_id',
  advertiser: 'advertiser_id',
};

const FORMATS = {
  hour: { sqlite: '%Y-%m-%dT%H:00', postgres: 'YYYY-MM-DD"T"HH24:00' },
  day: { sqlite: '%Y-%m-%d', postgres: 'YYYY-MM-DD' },
  month: { sqlite: '%Y-%m', postgres: 'YYYY-MM' },
} as const;

/** Clicks, unique visitors, bots and cost by the dimensions that clicks have. */
export function clicksStatement(plan: ReportPlan): Statement {
  const builder = new StatementBuilder(plan, 'c.at');
  const dimensions = plan.request.groupBy.filter((dimension) => dimension !== 'event');
  const columns = dimensions.map((dimension) => builder.dimension(dimension, 'c', 'c'));
  const person = "c.kind = 'click' AND NOT c.bot";
  builder.bounds();
  for (const [name, value] of Object.entries(plan.filters) as [FilterDimension, string][]) {
    if (name !== 'event') builder.equals(builder.dimension(name, 'c', 'c'), value);
  }
  if (plan.request.currency) builder.equals('c.currency', plan.request.currency);
  return builder.statement(
    columns,
    'c.currency',
    [
      sumOf('clicks', `CASE WHEN ${person} THEN 1 ELSE 0 END`),
      `COUNT(DISTINCT CASE WHEN ${person} THEN c.campaign_id || c.visitor END) AS "uniqueClicks"`,
      sumOf('bots', "CASE WHEN c.kind = 'click' AND c.bot THEN 1 ELSE 0 END"),
      sumOf('cost', `CASE WHEN ${person} THEN c.cost END`),
    ],
    'FROM tallyback_clicks c',
  );
}

/** Conversions by status, revenue and payout. */
export function conversionsStatement(plan: ReportPlan): Statement {
  const time = plan.request.by === 'click' ? 'COALESCE(v.clicked_at, v.occurred_at)' : 'v.occurred_at';
  const builder = new StatementBuilder(plan, time);
  const columns = plan.request.groupBy.map((dimension) => builder.dimension(dimension, 'v', 'k'));
  const counted = "v.status IN ('approved', 'pending')";
  const status = (name: string) => sumOf(name, `CASE WHEN v.status = '${name}' THEN 1 ELSE 0 END`);
  builder.bounds();
  for (const [name, value] of Object.entries(plan.filters) as [FilterDimension, string][]) {
    builder.equals(builder.dimension(name, 'v', 'k'), value);
  }
  if (plan.request.currency) builder.equals('v.currency', plan.request.currency);
  const usesClick = [...plan.request.groupBy, ...Object.keys(plan.filters)].some((name) => name.startsWith('sub'));
  return builder.statement(
    columns,
    'v.currency',
    [
      sumOf('conversions', `CASE WHEN ${counted} THEN 1 ELSE 0 END`),
      ...['approved', 'pending', 'rejected', 'refunded'].map(status),
      sumOf('revenue', `CASE WHEN ${counted} THEN v.revenue END`),
      sumOf('payout', `CASE WHEN ${counted} THEN v.payout END`),
    ],
    `FROM tallyback_conversions v${usesClick ? ' LEFT JOIN tallyback_clicks k ON k.id = v.click_id' : ''}`,
  );
}

/** As text, because neither driver hands a sum back as an exact integer of its own accord. */
function sumOf(name: string, expression: string): string {
  return `CAST(COALESCE(SUM(${expression}), 0) AS VARCHAR(40)) AS "${name}"`;
}

class StatementBuilder {
  private readonly parameters: (string | number)[] = [];
  private readonly conditions: string[] = [];

  constructor(
    private readonly plan: ReportPlan,
    private readonly time: string,
  ) {}

  dimension(name: ReportDimension, table: string, clickTable: string): string {
    if (name === 'hour' || name === 'day' || name === 'month') return this.localTime(name);
    if (name.startsWith('sub')) return `${clickTable}.${name}`;
    return `${table}.${ID_COLUMNS[name] ?? name}`;
  }

  bounds(): void {
    const { from, to } = this.plan.request;
    if (from !== undefined) this.conditions.push(`${this.time} >= ${this.parameter(from)}`);
    if (to !== undefined) this.conditions.push(`${this.time} < ${this.parameter(to)}`);
  }

  equals(expression: string, value: string): void {
    this.conditions.push(`${expression} = ${this.parameter(value)}`);
  }

  statement(dimensions: readonly string[], currency: string, metrics: readonly string[], from: string): Statement {
    const columns = [...dimensions.map((expression, i) => `${expression} AS d${i}`), `${currency} AS currency`];
    const groups = columns.map((_, i) => i + 1).join(', ');
    const where = this.conditions.length > 0 ? ` WHERE ${this.conditions.join(' AND ')}` : '';
    return {
      sql: `SELECT ${[...columns, ...metrics].join(', ')} ${from}${where} GROUP BY ${groups}`,
      parameters: this.parameters,
    };
  }

  private parameter(value: string | number): string {
    this.parameters.push(value);
    return this.plan.dialect === 'postgres' ? `$${this.parameters.length}` : '?';
  }

  /** Shifts the time by the zone's offset at that moment, then cuts it; the offsets are numbers of ours, not input. */
  private localTime(unit: keyof typeof FORMATS): string {
    const { spans, dialect } = this.plan;
    const shifted = (offset: number) => `${this.time} + (${offset})`;
    const [first, ...later] = spans;
    const cases = later.map((span, i) => `WHEN ${this.time} < ${span.from} THEN ${shifted(spans[i]?.offset ?? 0)}`);
    const last = shifted(spans[spans.length - 1]?.offset ?? first?.offset ?? 0);
    const local = cases.length > 0 ? `CASE ${cases.join(' ')} ELSE ${last} END` : last;
    const format = FORMATS[unit][dialect];
    return dialect === 'postgres'
      ? `to_char(to_timestamp((${local}) / 1000.0) AT TIME ZONE 'UTC', '${format}')`
      : `strftime('${format}', (${local}) / 1000, 'unixepoch')`;
  }
}
