import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import vectors from '../vectors/click-id.json' with { type: 'json' };
import {
  bytesToId,
  CLICK_ID_PATTERN,
  createId,
  idLowerBound,
  idTime,
  idToBytes,
  isClickId,
  parseClickId,
} from './click-id.js';

const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('click id vectors', () => {
  it.each(vectors.valid)('$id: $description', (vector) => {
    expect(isClickId(vector.id)).toBe(true);
    expect(idToBytes(vector.id).toString('hex')).toBe(vector.bytes);
    expect(bytesToId(Buffer.from(vector.bytes, 'hex'))).toBe(vector.id);
    expect(idTime(vector.id)).toBe(vector.timeMs);
    expect(idLowerBound(vector.timeMs)).toBe(vector.lowerBound);
  });

  it.each(vectors.parse)('parse "$text": $description', ({ text, id }) => {
    expect(parseClickId(text)).toBe(id ?? undefined);
    expect(isClickId(text)).toBe(text === id);
  });
});

describe('click id properties', () => {
  it('any 16 bytes have an id, and the id gives the bytes back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const id = bytesToId(value);
        expect(id).toMatch(CLICK_ID_PATTERN);
        expect([...idToBytes(id)]).toEqual([...value]);
        expect(parseClickId(id.toUpperCase())).toBe(id);
      }),
    );
  });

  it('text order is byte order', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [left, right] = [bytesToId(a), bytesToId(b)];
        const textOrder = left === right ? 0 : left < right ? -1 : 1;
        expect(textOrder).toBe(Buffer.compare(a, b));
      }),
    );
  });

  it('an id tells its time and lies within the bounds of its millisecond', () => {
    fc.assert(
      fc.property(time, (now) => {
        const id = createId(now);
        expect(id).toMatch(CLICK_ID_PATTERN);
        expect(idTime(id)).toBe(now);
        expect(id >= idLowerBound(now)).toBe(true);
        if (now < 2 ** 48 - 1) expect(id < idLowerBound(now + 1)).toBe(true);
      }),
    );
  });

  it('text that is no id is never taken for one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        expect(parseClickId(text) !== undefined).toBe(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.toLowerCase()));
      }),
    );
  });
});

it('ids of one millisecond are all different, across refills of the random pool', () => {
  const ids = new Set(Array.from({ length: 5000 }, () => createId(1_700_000_000_000)));
  expect(ids.size).toBe(5000);
});

it('no random bits of an id appear in another, so that one id tells nothing of the next', () => {
  const halves = Array.from({ length: 1000 }, () => idToBytes(createId(0)).subarray(6)).flatMap((random) => [
    random.subarray(0, 5).toString('hex'),
    random.subarray(5).toString('hex'),
  ]);
  expect(new Set(halves).size).toBe(2000);
});

it('every random bit of an id varies', () => {
  const ids = Array.from({ length: 2000 }, () => idToBytes(createId(0)).subarray(6));
  for (let bit = 0; bit < 80; bit++) {
    const ones = ids.filter((random) => ((random[bit >> 3] as number) >> (bit & 7)) & 1).length;
    // 2000 fair coins fall outside of this once in about 10^25 runs.
    expect(Math.abs(ones - 1000)).toBeLessThan(240);
  }
});

it('an id made now carries the time of the clock', () => {
  const before = Date.now();
  const id = createId();
  expect(idTime(id)).toBeGreaterThanOrEqual(before);
  expect(idTime(id)).toBeLessThanOrEqual(Date.now());
});

it.each([-1, 2 ** 48, Number.NaN, Number.POSITIVE_INFINITY])('time %p is a RangeError', (now) => {
  expect(() => createId(now)).toThrow(RangeError);
  expect(() => idLowerBound(now)).toThrow(RangeError);
});

it('what is not an id cannot be turned into bytes or a time', () => {
  expect(() => idToBytes('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toThrow(RangeError);
  expect(() => idTime('x')).toThrow(RangeError);
  expect(() => bytesToId(new Uint8Array(15))).toThrow(RangeError);
});
