let lastMs = Number.NaN;
let lastText = '';

/** A time in milliseconds since the epoch as RFC 3339, UTC. Many conversions share a millisecond: it is written once. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
