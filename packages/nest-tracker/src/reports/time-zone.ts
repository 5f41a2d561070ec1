const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Looked at this often for a change of the offset; the shortest time between two, around Ramadan in Morocco, is a month. */
const STEP_MS = 7 * DAY_MS;

/** Whether the runtime knows a zone by this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds to add to UTC for local time, from `from` on until the next span. */
export interface OffsetSpan {
  readonly from: number;
  readonly offset: number;
}

/** The offsets of a zone between two moments: usually one or a few spans, with daylight saving two a year. */
export function offsetSpans(timeZone: string, from: number, to: number): OffsetSpan[] {
  const offsetAt = offsetReader(timeZone);
  let before = offsetAt(from);
  const spans = [{ from, offset: before }];
  for (let time = from; time < to; ) {
    const next = Math.min(time + STEP_MS, to);
    const after = offsetAt(next);
    if (before !== after) spans.push({ from: changeBetween(offsetAt, time, next), offset: after });
    time = next;
    before = after;
  }
  return spans;
}

/**
 * The first moment of a local day. Usually its midnight; where the clocks jump over midnight, the moment of the jump.
 *
 * @param midnight Midnight of the same date in UTC.
 */
export function startOfDay(midnight: number, timeZone: string): number {
  const spans = offsetSpans(timeZone, midnight - DAY_MS, midnight + DAY_MS);
  const starts = spans.map(({ from, offset }) => Math.max(from, midnight - offset));
  return starts.find((start, i) => start < (spans[i + 1]?.from ?? Number.POSITIVE_INFINITY)) ?? midnight;
}

function offsetReader(timeZone: string): (time: number) => number {
  if (timeZone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (time) => {
    const second = Math.floor(time / 1000) * 1000;
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(second)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: s = 0 } = parts;
    // Not Date.UTC(), which takes the years 0 to 99 for 1900 to 1999.
    return new Date(0).setUTCFullYear(year, month - 1, day) + (hour * 60 + minute) * 60_000 + s * 1000 - second;
  };
}

function changeBetween(offsetAt: (time: number) => number, from: number, to: number): number {
  const before = offsetAt(from);
  let low = from;
  let high = to;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (middle === low) break;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
