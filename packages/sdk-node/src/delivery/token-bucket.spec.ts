import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

/** When each of so many requests begins, asked as soon as the bucket says. */
function starts(bucket: TokenBucket, count: number, from = 0): number[] {
  let now = from;
  return Array.from({ length: count }, () => {
    for (let wait = bucket.waitMs(now); wait > 0; wait = bucket.waitMs(now)) now += wait;
    bucket.take();
    return now;
  });
}

describe('the token bucket', () => {
  it('spreads eight per second evenly', () => {
    expect(starts(new TokenBucket(8), 9)).toEqual([0, 125, 250, 375, 500, 625, 750, 875, 1_000]);
  });

  it('lets a burst go at once after a pause, and no more than that', () => {
    const bucket = new TokenBucket(10, 3);
    expect(starts(bucket, 4)).toEqual([0, 0, 0, 100]);
    expect(starts(bucket, 4, 60_000)).toEqual([60_000, 60_000, 60_000, 60_100]);
  });

  it('limits nothing unless it is told to', () => {
    expect(new Set(starts(new TokenBucket(), 10_000))).toEqual(new Set([0]));
  });

  it('never lets more begin within any time than the rate and one burst allow, and is never slower than that', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 500, noNaN: true }), fc.integer({ min: 1, max: 20 }), (rate, burst) => {
        const times = starts(new TokenBucket(rate, burst), 60);
        const excess = times.flatMap((start, from) =>
          times.slice(from).map((end, n) => n + 1 - burst - ((end - start) * rate) / 1_000),
        );
        expect(Math.max(...excess)).toBeLessThanOrEqual(1e-6);
        expect(times.at(-1)).toBeLessThanOrEqual((60 / rate) * 1_000 + 60);
      }),
    );
  });

  it('is not stopped by a clock that is set back', () => {
    const bucket = new TokenBucket(10, 1);
    expect(starts(bucket, 1, 1_000_000)).toEqual([1_000_000]);
    expect(starts(bucket, 2, 0)).toEqual([100, 200]);
  });
});
