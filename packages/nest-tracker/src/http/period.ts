import { idLowerBound } from '@tallyback/protocol';
import type { IdRange } from '../storage/newest-rows.js';
import { readTime } from './read-time.js';

/** A time that rows are looked for in, in epoch milliseconds. */
export interface Period {
  /** Inclusive; undefined: from the first. */
  readonly from: number | undefined;
  /** Exclusive; undefined: to the last. */
  readonly to: number | undefined;
}

/**
 * Reads `from` and `to`.
 *
 * @throws BadRequestException naming the parameter.
 */
export function readPeriod(filters: URLSearchParams): Period {
  const read = (name: string) => {
    const text = filters.get(name);
    return text === null ? undefined : readTime(name, text);
  };
  return { from: read('from'), to: read('to') };
}

/**
 * The ids of rows that were made in a period. Rows are made in the order of their ids, so the primary key answers for the
 * time as well.
 *
 * @param after The last id of the page before, newest first.
 */
export function idsOf({ from, to }: Period, after?: string): IdRange {
  const end = to === undefined ? undefined : idLowerBound(to);
  return {
    from: from === undefined ? undefined : idLowerBound(from),
    before: end === undefined || (after !== undefined && after < end) ? after : end,
  };
}
