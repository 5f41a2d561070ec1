import { idTime } from '@tallyback/protocol';
import { isOwn, type Touch } from './touch.js';

/** What decides which clicks count. */
export interface TouchRules {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long a click counts, in milliseconds. */
  readonly lifetime: number;
  /** How many are kept: the first and the last ones. */
  readonly keep: number;
}

// The clock of a browser or tracker may be a little ahead of this one.
const SKEW = 300_000;

/**
 * The first and the last `keep - 1` touches that count now, oldest first; the rules of sdk-browser. Of several copies of
 * one click the oldest stands, so that telling of it again never prolongs its window.
 */
export function mergeTouches(touches: readonly Touch[], { now, lifetime, keep }: TouchRules): Touch[] {
  return touches
    .map((touch) => ({ ...touch, at: Math.min(timeOf(touch, now, lifetime), now) }))
    .filter(({ at }) => at > now - lifetime)
    .sort((a, b) => a.at - b.at)
    .filter(({ id }, i, all) => all.findIndex((touch) => touch.id === id) === i)
    .filter((_, i, all) => i === 0 || i > all.length - keep);
}

/** Our click ids carry their time, and that one counts, whatever a browser says; unless it makes no sense by this clock. */
function timeOf({ id, param, at }: Touch, now: number, lifetime: number): number {
  const time = isOwn(param) ? idTime(id) : at;
  const makesSense = time <= now && time > now - lifetime;
  if (makesSense) return time;
  // What lies further ahead was not written by an honest clock; as the newest it would win for ever.
  return at <= now + SKEW ? at : Number.NEGATIVE_INFINITY;
}
