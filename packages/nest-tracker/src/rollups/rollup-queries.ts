import { randomInt } from 'node:crypto';
import { type InsertQueries, insertQueries } from '../storage/insert-queries.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { Rollup } from './rollup.entity.js';

/** Sums of a rollup row. */
export const ROLLUP_FIGURES = [
  ...['clicks', 'uniqueClicks', 'bots', 'others', 'approved', 'pending', 'rejected', 'refunded'],
  ...['revenue', 'payout', 'cost'],
] as readonly (keyof Rollup & string)[];

const LANES = 32_767;

/** The lane of rows that several lanes have been added up to; nobody counts into it. */
export const COMMON_LANE = 0;

/**
 * A lane for a writer that carries out one transaction at a time. SQLite has one writer anyway; on PostgreSQL two that get
 * the same by chance wait for each other and lose nothing else.
 */
export function newLane({ dialect }: TrackerStorage): number {
  return dialect === 'sqlite' ? COMMON_LANE : 1 + randomInt(LANES);
}

/** What follows the rows of an INSERT so that they are added to what is there. */
export function addingUp(storage: TrackerStorage): string {
  const { table, columns } = storage.rowsOf(Rollup);
  const isFigure = (property: string) => (ROLLUP_FIGURES as readonly string[]).includes(property);
  const key = columns.filter(({ property }) => !isFigure(property)).map(({ name }) => name);
  const sums = columns
    .filter(({ property }) => isFigure(property))
    .map(({ name }) => `${name} = ${table}.${name} + excluded.${name}`);
  return ` ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${sums.join(', ')}`;
}

/** The statements that add rows to the rollups. */
export function rollupUpserts(storage: TrackerStorage): InsertQueries<Rollup> {
  return insertQueries(storage.rowsOf(Rollup), storage.dialect, addingUp(storage));
}
