import { randomFillSync } from 'node:crypto';

/** A 26-character lower-case ULID: 48 bits of millisecond time, then 80 random bits. Click and row ids have this form. */
export type ClickId = string;

/** The canonical form of a click id. */
export const CLICK_ID_PATTERN: RegExp = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

// Without the u flag, i folds ASCII letters only: U+212A (Kelvin) must not pass for a k.
const anyCasePattern = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 26;
const TIME_LENGTH = 10;
const RANDOM_BYTES = 10;
const MAX_TIME = 2 ** 48 - 1;

// Crockford's base32 values by character code.
const values = new Uint8Array(128);
// The two characters of every 10-bit group, so that an id is 13 look-ups instead of 26.
const pairs: string[] = [];
for (let index = 0; index < 32; index++) values[alphabet.charCodeAt(index)] = index;
for (let index = 0; index < 1024; index++) pairs.push(`${alphabet[index >> 5]}${alphabet[index & 31]}`);

// One call into the CSPRNG serves many ids: a call per id costs more than the id itself.
const pool = Buffer.alloc(RANDOM_BYTES * 400);
let poolOffset = pool.length;

let cachedTime = -1;
let cachedTimeText = '';

/**
 * A new id with 80 bits from the CSPRNG. Ids of the same millisecond have no order among themselves.
 *
 * @param now milliseconds since 1970; default: the clock
 * @throws RangeError when `now` is not within 48 bits
 */
export function createId(now: number = Date.now()): ClickId {
  if (now !== cachedTime) {
    cachedTimeText = timeText(now);
    cachedTime = now;
  }
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const offset = poolOffset;
  poolOffset += RANDOM_BYTES;
  return cachedTimeText + fiveBytes(pool, offset) + fiveBytes(pool, offset + 5);
}

/** The canonical (lower-case) form of a click id given in any case, or `undefined` when it is none. */
export function parseClickId(text: string): ClickId | undefined {
  return text.length === LENGTH && anyCasePattern.test(text) ? text.toLowerCase() : undefined;
}

/** Whether `text` is a click id in canonical (lower-case) form. */
export function isClickId(text: string): boolean {
  return text.length === LENGTH && CLICK_ID_PATTERN.test(text);
}

/**
 * When an id was made, in milliseconds since 1970.
 *
 * @throws RangeError when `id` is not a canonical id
 */
export function idTime(id: ClickId): number {
  requireId(id);
  let time = 0;
  for (let index = 0; index < TIME_LENGTH; index++) time = time * 32 + valueAt(id, index);
  return time;
}

/**
 * The 16 bytes of an id, big-endian, so that byte order is text order is time order.
 *
 * @throws RangeError when `id` is not a canonical id
 */
export function idToBytes(id: ClickId): Buffer {
  requireId(id);
  const bytes = Buffer.allocUnsafe(16);
  let bits = valueAt(id, 0);
  // The first character holds 3 bits: 3 + 25 * 5 = 128.
  let bitCount = 3;
  let offset = 0;
  for (let index = 1; index < LENGTH; index++) {
    // Bits already written are shifted out at the top or cut off by the byte.
    bits = (bits << 5) | valueAt(id, index);
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[offset++] = bits >> bitCount;
    }
  }
  return bytes;
}

/**
 * The id of 16 bytes, the inverse of {@link idToBytes}.
 *
 * @throws RangeError when there are not exactly 16 bytes
 */
export function bytesToId(bytes: Uint8Array): ClickId {
  if (bytes.length !== 16) throw new RangeError(`an id has 16 bytes, not ${bytes.length}`);
  const first = bytes[0] as number;
  // 16 bytes are 26 characters of 5 bits with two bits to spare in front: one byte, then three groups of 40 bits.
  return pairs[first] + fiveBytes(bytes, 1) + fiveBytes(bytes, 6) + fiveBytes(bytes, 11);
}

/**
 * The smallest id of a millisecond: `id >= idLowerBound(from) && id < idLowerBound(to)` selects a range of time.
 *
 * @throws RangeError when `timeMs` is not within 48 bits
 */
export function idLowerBound(timeMs: number): ClickId {
  return `${timeText(timeMs)}${'0'.repeat(LENGTH - TIME_LENGTH)}`;
}

function timeText(time: number): string {
  if (!(time >= 0 && time <= MAX_TIME)) throw new RangeError('time must be milliseconds since 1970, at most 48 bits');
  let rest = Math.trunc(time);
  let text = '';
  for (let index = 0; index < TIME_LENGTH / 2; index++) {
    text = pairs[rest % 1024] + text;
    rest = Math.floor(rest / 1024);
  }
  return text;
}

function fiveBytes(bytes: Uint8Array, offset: number): string {
  const a = bytes[offset] as number;
  const b = bytes[offset + 1] as number;
  const c = bytes[offset + 2] as number;
  const d = bytes[offset + 3] as number;
  const e = bytes[offset + 4] as number;
  return (
    (pairs[(a << 2) | (b >> 6)] as string) +
    pairs[((b & 63) << 4) | (c >> 4)] +
    pairs[((c & 15) << 6) | (d >> 2)] +
    pairs[((d & 3) << 8) | e]
  );
}

function valueAt(id: string, index: number): number {
  return values[id.charCodeAt(index)] as number;
}

function requireId(id: string): void {
  if (!isClickId(id)) throw new RangeError('not a canonical id: 26 characters, lower-case ULID');
}
