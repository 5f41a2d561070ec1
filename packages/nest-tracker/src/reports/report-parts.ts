import { CUBES, type Cube, TRAITS } from '../rollups/cubes.js';
import { type ReportRequest, TIME_DIMENSIONS } from './report.js';
import type { OffsetSpan } from './time-zone.js';

/** A stretch of time and where it is counted from: the rows themselves, or the sums that are kept of them. */
export interface ReportPart {
  readonly source: 'rows' | Cube;
  /** Inclusive; undefined: from the beginning. */
  readonly from: number | undefined;
  /** Exclusive; undefined: to the end. */
  readonly to: number | undefined;
}

/**
 * Divides a report's time so that as much of it as possible is answered from rollups: whole buckets are, and what is left
 * over at both ends is counted from the rows. Every figure of a report can be added up, so nobody sees the seams.
 */
export function partsOf(request: ReportRequest, spans: readonly OffsetSpan[]): ReportPart[] {
  const { from, to } = request;
  const rows = { source: 'rows', from, to } as const;
  const cube = cubeFor(request, spans);
  if (!cube) return [rows];
  const { span } = cube;
  const first = from === undefined ? undefined : Math.ceil(from / span) * span;
  const last = to === undefined ? undefined : Math.floor(to / span) * span;
  if (first !== undefined && last !== undefined && first >= last) return [rows];
  const parts: ReportPart[] = [{ source: cube, from: first, to: last }];
  if (from !== first) parts.push({ source: 'rows', from, to: first });
  if (to !== last) parts.push({ source: 'rows', from: last, to });
  return parts;
}

/** The sums that know everything a report asks for, if there are any. */
function cubeFor({ groupBy, filters, source }: ReportRequest, spans: readonly OffsetSpan[]): Cube | undefined {
  if (source === 'rows') return undefined;
  const names = [...groupBy, ...Object.keys(filters)];
  if (names.some((name) => name.startsWith('sub'))) return undefined;
  const cube = names.some((name) => (TRAITS as readonly string[]).includes(name)) ? CUBES.day : CUBES.quarter;
  if (groupBy.includes('hour') && cube.span > HOUR_MS) return undefined;
  return groupBy.some((name) => TIME_DIMENSIONS.includes(name)) && !fits(spans, cube) ? undefined : cube;
}

const HOUR_MS = 3_600_000;

/** Whether no local day begins in the middle of a bucket. */
function fits(spans: readonly OffsetSpan[], { span }: Cube): boolean {
  return spans.every(({ from, offset }, i) => offset % span === 0 && (i === 0 || from % span === 0));
}
