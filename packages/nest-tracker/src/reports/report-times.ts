import type { ReportDimension } from './report.js';
import type { OffsetSpan } from './time-zone.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** From the year 1 to the epoch, in days: with it times are positive, and a division cuts them the same way everywhere. */
const EPOCH_DAYS = 719_162;

/** Months are not all of one length; the database counts their days. */
const UNITS: Partial<Record<ReportDimension, number>> = { hour: HOUR_MS, day: DAY_MS, month: DAY_MS };
const LABEL_LENGTHS: Partial<Record<ReportDimension, number>> = { hour: 13, day: 10, month: 7 };

/**
 * SQL that shifts a time by its zone's offset at that moment and counts whole hours or days; undefined where the dimension
 * is no time. The numbers are ours, not input.
 */
export function localUnits(dimension: ReportDimension, time: string, spans: readonly OffsetSpan[]): string | undefined {
  const unit = UNITS[dimension];
  if (unit === undefined) return undefined;
  const shifted = (offset = 0) => `${time} + ${EPOCH_DAYS * DAY_MS + offset}`;
  const cases = spans.slice(1).map((span, i) => `WHEN ${time} < ${span.from} THEN ${shifted(spans[i]?.offset)}`);
  const last = shifted(spans[spans.length - 1]?.offset);
  return `(${cases.length > 0 ? `CASE ${cases.join(' ')} ELSE ${last} END` : last}) / ${unit}`;
}

/** What a dimension's value is called in a report: of a time, from what `localUnits` has counted. */
export function dimensionLabel(dimension: ReportDimension, value: string | number | null): string | null {
  const unit = UNITS[dimension];
  if (unit === undefined || value === null) return value === null ? null : String(value);
  const time = new Date(Number(value) * unit - EPOCH_DAYS * DAY_MS).toISOString();
  return `${time.slice(0, LABEL_LENGTHS[dimension])}${dimension === 'hour' ? ':00' : ''}`;
}
