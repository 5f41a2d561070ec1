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
  return divide(request.from, request.to, cubesFor(request, spans));
}

function divide(from: number | undefined, to: number | undefined, [cube, ...finer]: readonly Cube[]): ReportPart[] {
  if (!cube) return [{ source: 'rows', from, to }];
  const { span } = cube;
  const first = from === undefined ? undefined : Math.ceil(from / span) * span;
  const last = to === undefined ? undefined : Math.floor(to / span) * span;
  if (first !== undefined && last !== undefined && first >= last) return divide(from, to, finer);
  const parts: ReportPart[] = [{ source: cube, from: first, to: last }];
  if (from !== first) parts.push(...divide(from, first, finer));
  if (to !== last) parts.push(...divide(last, to, finer));
  return parts;
}

/** The sums that know everything a report asks for, the coarsest first. */
function cubesFor({ groupBy, filters, source }: ReportRequest, spans: readonly OffsetSpan[]): Cube[] {
  const names = [...groupBy, ...Object.keys(filters)];
  if (source === 'rows' || names.some((name) => name.startsWith('sub'))) return [];
  const byTraits = names.some((name) => (TRAITS as readonly string[]).includes(name));
  const byTime = groupBy.some((name) => TIME_DIMENSIONS.includes(name));
  return (byTraits ? [CUBES.traits] : [CUBES.day, CUBES.quarter]).filter(
    (cube) => !(groupBy.includes('hour') && cube.span > HOUR_MS) && (!byTime || fits(spans, cube)),
  );
}

const HOUR_MS = 3_600_000;

/** Whether no local day begins in the middle of a bucket. */
function fits(spans: readonly OffsetSpan[], { span }: Cube): boolean {
  return spans.every(({ from, offset }, i) => offset % span === 0 && (i === 0 || from % span === 0));
}
