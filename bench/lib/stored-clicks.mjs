import { createHash } from 'node:crypto';
import { idLowerBound } from '@tallyback/protocol';

/** A click every so many milliseconds, so that ids of a later one sort later, as in real life. */
const EVERY_MS = 5;
const KEPT = 10_000;
const RECENT_SHARE = 0.01;
const RECENT_PICKS = 0.9;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** So many clicks up to now, whose ids follow from their number: ten million need not be kept in memory. */
export function storedClicks(count, now = Date.now()) {
  const timeOf = (i) => now - (count - i) * EVERY_MS;
  const makeId = (i) => idLowerBound(timeOf(i)).slice(0, 10) + scatter(i);
  // To make an id costs as much as some of what is measured.
  const few = count <= KEPT ? Array.from({ length: count }, (_, i) => makeId(i)) : undefined;
  const idOf = (i) => few?.[i] ?? makeId(i);
  return {
    count,
    timeOf,
    idOf,
    /** Mostly recent, as advertisers report: nine of ten from the newest hundredth, the others from all. */
    pick() {
      const recent = Math.max(1, Math.floor(count * RECENT_SHARE));
      const back = Math.random() < RECENT_PICKS ? Math.random() * recent : Math.random() * count;
      return idOf(count - 1 - Math.floor(back));
    },
  };
}

/** 16 characters that look random and are always the same for a number. */
function scatter(i) {
  const bytes = createHash('md5').update(String(i)).digest();
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join('');
}
