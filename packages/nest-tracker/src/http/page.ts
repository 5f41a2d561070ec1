import { BadRequestException } from '@nestjs/common';
import { isClickId } from '@tallyback/protocol';

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}

/** Where a page starts and how long it may be. */
export interface PageRequest {
  readonly limit: number;
  /** Id of the last row of the page before. */
  readonly after: string | undefined;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/**
 * Reads `limit` (1 to 1000, default 100) and `cursor`.
 *
 * @throws BadRequestException naming the parameter.
 */
export function readPageRequest(query: URLSearchParams): PageRequest {
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT);
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT) {
    throw new BadRequestException(`"limit" must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  const after = query.get('cursor') ?? undefined;
  if (after !== undefined && !isClickId(after)) {
    throw new BadRequestException('"cursor" must be the value of "next" from the page before.');
  }
  return { limit: Number(limit), after };
}

/** Cuts the row that only shows whether there is more; rows are newest first. */
export function pageOf<Row extends { id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
): Page<Item> {
  const page = rows.slice(0, limit);
  return { items: page.map(item), next: rows.length > limit ? (page[page.length - 1]?.id ?? null) : null };
}
