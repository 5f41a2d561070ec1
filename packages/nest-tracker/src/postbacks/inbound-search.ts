import { BadRequestException } from '@nestjs/common';
import { type FindOperator, type FindOptionsWhere, Raw } from 'typeorm';
import { type Period, readPeriod } from '../http/period.js';
import type { InboundPostback } from './inbound-postback.entity.js';

/** Columns that are searched by equality, under their own name. */
const EQUAL = [
  'advertiser',
  'campaign',
  'clickId',
  'transactionId',
  'deliveryId',
  'conversionId',
  'outcome',
  'reason',
  'sender',
  'step',
  'replayOf',
] as const;

/** Those that an index leads to the rows of. */
const INDEXED = ['clickId', 'transactionId', 'conversionId'] as const;

/** What is looked for in the inbound log. */
export interface InboundSearch {
  readonly where: FindOptionsWhere<InboundPostback>;
  /** When the row was made. */
  readonly period: Period;
  /** Whether an index leads to the rows. */
  readonly isLed: boolean;
}

/** Names of all filters. */
export const INBOUND_FILTERS: readonly string[] = [...EQUAL, 'status', 'from', 'to', 'q'];

const DAY_MS = 86_400_000;
const MIN_TEXT = 3;
const MAX_TEXT = 200;
/** How far a text is looked for, because no index helps: without `from`, and at the most. */
const TEXT_DAYS = { usual: 7, most: 31 };

/**
 * Reads the filters of the inbound log: the columns above, `status`, `from` and `to` (when the row was made), and `q`, a
 * text in path or query.
 *
 * @throws BadRequestException naming the parameter.
 */
export function readInboundSearch(filters: URLSearchParams, now: number): InboundSearch {
  const where: FindOptionsWhere<InboundPostback> = {};
  for (const name of EQUAL) {
    const value = filters.get(name);
    if (value !== null) Object.assign(where, { [name]: value });
  }
  const status = filters.get('status');
  if (status !== null) where.status = readStatus(status);
  const period = readPeriod(filters);
  const isLed = INDEXED.some((name) => where[name] !== undefined);
  const text = filters.get('q');
  if (text === null) return { where, period, isLed };
  const from = textStart(period.from, period.to ?? now);
  return { where: { ...where, path: readText(text) }, period: { ...period, from }, isLed };
}

function readStatus(text: string): number {
  if (/^[1-5]\d\d$/.test(text)) return Number(text);
  throw new BadRequestException('"status" must be an HTTP status such as 401.');
}

function textStart(from: number | undefined, to: number): number {
  const start = from ?? Math.max(0, to - TEXT_DAYS.usual * DAY_MS);
  if (to - start <= TEXT_DAYS.most * DAY_MS) return start;
  throw new BadRequestException(`"q" looks through ${TEXT_DAYS.most} days at the most; bring "from" and "to" closer.`);
}

/** In the path or beside it in the query: of two conditions each with a range of ids, SQLite goes through the whole table. */
function readText(text: string): FindOperator<string> {
  if (text.length < MIN_TEXT || text.length > MAX_TEXT) {
    throw new BadRequestException(`"q" must have ${MIN_TEXT} to ${MAX_TEXT} characters.`);
  }
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  const contains = (column: string) => `LOWER(${column}) LIKE :inboundText ESCAPE '\\'`;
  const either = (path: string) => `(${contains(path)} OR ${contains(path.replace(/path$/, 'query'))})`;
  return Raw(either, { inboundText: pattern });
}
