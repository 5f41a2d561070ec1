import { BadRequestException } from '@nestjs/common';
import { isCurrency } from '@tallyback/protocol';
import {
  FILTER_DIMENSIONS,
  type FilterDimension,
  MAX_GROUPS,
  REPORT_DIMENSIONS,
  type ReportDimension,
  type ReportRequest,
} from './report.js';
import { isTimeZone, startOfDay } from './time-zone.js';

const DAY_MS = 86_400_000;
const MAX_ROWS = 10_000;
const SORTABLE = [
  ...['clicks', 'uniqueClicks', 'bots', 'conversions', 'approved', 'pending', 'rejected', 'refunded'],
  ...['revenue', 'payout', 'cost', 'profit', 'cr', 'roi', 'epc', 'aov', 'currency'],
];

const FILTER = /^filter\[(.+)\]$/;
const PARAMETERS = ['groupBy', 'from', 'to', 'timezone', 'by', 'currency', 'sort', 'limit', 'format', 'source'];

/**
 * Reads the query of `GET /v1/reports`. What is misspelt or said twice is refused: the figures would be others than meant.
 *
 * @throws BadRequestException naming the parameter and what it may be.
 */
export function readReportQuery(query: URLSearchParams): ReportRequest {
  requireNames(query);
  const groupBy = readGroupBy(query);
  const timezone = query.get('timezone') ?? 'UTC';
  if (!isTimeZone(timezone)) throw bad('timezone', 'must be an IANA name such as "Europe/Berlin"');
  const by = query.get('by') ?? 'conversion';
  if (by !== 'click' && by !== 'conversion') throw bad('by', 'must be "click" or "conversion"');
  const currency = query.get('currency') ?? undefined;
  if (currency !== undefined && !isCurrency(currency)) throw bad('currency', 'must be an ISO 4217 code such as "EUR"');
  const from = readTime(query, 'from', timezone);
  const to = readTime(query, 'to', timezone);
  if (from !== undefined && to !== undefined && from >= to) throw bad('to', 'must lie after "from"');
  const filters = readFilters(query);
  const source = query.get('source') ?? undefined;
  if (source !== undefined && source !== 'rows') throw bad('source', 'must be "rows", or left out');
  return {
    groupBy,
    timezone,
    by,
    currency,
    from,
    to,
    filters,
    sort: readSort(query, groupBy),
    limit: readLimit(query),
    source,
  };
}

function requireNames(query: URLSearchParams): void {
  for (const name of new Set(query.keys())) {
    if (!PARAMETERS.includes(name) && !FILTER.test(name)) {
      throw bad(name, `is not a parameter here; there are ${PARAMETERS.join(', ')} and filter[…]`);
    }
    if (name !== 'groupBy' && query.getAll(name).length > 1)
      throw bad(name, 'is given more than once; it takes one value');
  }
}

function readGroupBy(query: URLSearchParams): ReportDimension[] {
  const names = query.getAll('groupBy').flatMap((value) => value.split(','));
  const unknown = names.find((name) => !(REPORT_DIMENSIONS as readonly string[]).includes(name));
  if (unknown !== undefined) throw bad('groupBy', `must be one or more of ${REPORT_DIMENSIONS.join(', ')}`);
  return [...new Set(names as ReportDimension[])];
}

function readFilters(query: URLSearchParams): Partial<Record<FilterDimension, string>> {
  const filters: Partial<Record<FilterDimension, string>> = {};
  for (const [name, value] of query) {
    const [, dimension] = FILTER.exec(name) ?? [];
    if (dimension === undefined) continue;
    if (!(FILTER_DIMENSIONS as readonly string[]).includes(dimension)) {
      throw bad(name, `is not a filter; filter by ${FILTER_DIMENSIONS.join(', ')}`);
    }
    filters[dimension as FilterDimension] = value;
  }
  return filters;
}

/** A local date (`from`: its beginning, `to`: its end) or an RFC 3339 time (`to`: exclusive). */
function readTime(query: URLSearchParams, name: 'from' | 'to', timezone: string): number | undefined {
  const value = query.get(name);
  return value === null ? undefined : readReportTime(name, value, timezone);
}

/**
 * Reads a time as reports take it.
 *
 * @throws BadRequestException naming the parameter and what it may be.
 */
export function readReportTime(name: 'from' | 'to', value: string, timezone: string): number {
  const wrong = bad(name, 'must be a date (2026-11-22) or an RFC 3339 time (2026-11-22T10:00:00Z)');
  const [, date = '', clock] = /^(\d{4}-\d{2}-\d{2})(T.+(?:Z|[+-]\d{2}:\d{2}))?$/.exec(value) ?? [];
  const midnight = Date.parse(date);
  // Date.parse() takes 30 February for 2 March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) throw wrong;
  if (clock === undefined) return startOfDay(name === 'from' ? midnight : midnight + DAY_MS, timezone);
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw wrong;
  return time;
}

function readSort(query: URLSearchParams, groupBy: readonly string[]): ReportRequest['sort'] {
  const value = query.get('sort');
  if (value === null) return undefined;
  const descending = value.startsWith('-');
  const field = descending ? value.slice(1) : value;
  if (![...SORTABLE, ...groupBy].includes(field)) {
    throw bad(
      'sort',
      `must be a field of the report, with "-" before it for the largest first: ${SORTABLE.join(', ')}`,
    );
  }
  return { field, descending };
}

/** A CSV is for everything there is; JSON for what somebody looks at. */
function readLimit(query: URLSearchParams): number {
  const [usual, most] = query.get('format') === 'csv' ? [MAX_GROUPS, MAX_GROUPS] : [1_000, MAX_ROWS];
  const value = query.get('limit') ?? String(usual);
  if (!/^\d{1,6}$/.test(value) || Number(value) < 1 || Number(value) > most) {
    throw bad('limit', `must be a whole number from 1 to ${most}`);
  }
  return Number(value);
}

function bad(parameter: string, what: string): BadRequestException {
  return new BadRequestException(`"${parameter}" ${what}.`);
}
