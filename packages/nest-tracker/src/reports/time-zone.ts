const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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
  const spans = [{ from, offset: offsetAt(from) }];
  for (let time = from; time < to; ) {
    const next = Math.min(time + DAY_MS, to);
    const before = offsetAt(time);
    const after = offsetAt(next);
    if (before !== after) spans.push({ from: changeBetween(offsetAt, time, next), offset: after });
    time = next;
  }
  return spans;
}

/** The moment at which a local date begins in a zone. */
export function startOfDay(date: string, timeZone: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  const offsetAt = offsetReader(timeZone);
  // Twice, because the offset at the first guess may be the one from before a change.
  const guess = utc - offsetAt(utc);
  return utc - offsetAt(guess);
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
    return Date.UTC(year, month - 1, day, hour, minute, s) - second;
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
