import type { Touch } from '../types.js';

// A clock may be set back a little between two pages. What is further ahead was not written by an honest clock,
// and as the newest it would win for ever.
const SKEW = 300_000;

/**
 * The first and the last `keep - 1` of all touches that count now, oldest first. Of several copies of one click the oldest is
 * kept, of equally old ones the one that comes first. Apart from that the order of the input does not matter, so every
 * tab, and both twins, come to the same answer.
 */
export function merge(touches: readonly Touch[], now: number, lifetime: number, keep = 2): Touch[] {
  return (
    touches
      // False also for a damaged one without a number.
      .filter(({ at }) => at <= now + SKEW && at > now - lifetime)
      .sort((a, b) => a.at - b.at)
      .filter(({ id }, i, all) => all.findIndex((touch) => touch.id === id) === i)
      .filter((_, i, all) => !i || i > all.length - keep)
  );
}
