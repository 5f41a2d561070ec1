import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateLimiter } from './rate-limiter.js';

describe('a rate limiter', () => {
  it('admits a burst, then as many as the rate says, and tells how long to wait', () => {
    const limiter = new RateLimiter(10);
    const limit = { perSecond: 4, burst: 3 };
    const take = (now: number) => {
      const wait = limiter.wait('a', limit, now);
      if (wait === 0) limiter.count('a', limit, now);
      return wait;
    };
    expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 250]);
    expect([take(200), take(250), take(250)]).toEqual([50, 0, 250]);
    expect([take(10_000), take(10_000), take(10_000), take(10_000)]).toEqual([0, 0, 0, 250]);
    expect(limiter.wait('b', limit, 0)).toBe(0);
  });

  it('counts several at once, for which those after them wait', () => {
    const limiter = new RateLimiter(10);
    const limit = { perSecond: 10 };
    limiter.count('a', limit, 0, 100);
    expect(limiter.wait('a', limit, 0)).toBeCloseTo(9_100);
    expect(limiter.wait('a', limit, 9_100)).toBeCloseTo(0);
  });

  it('never admits more in any span of time than burst and rate allow', () => {
    const limits = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (limit, gaps) => {
        const limiter = new RateLimiter(10);
        const admitted: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (limiter.wait('a', limit, now) > 1e-6) continue;
          limiter.count('a', limit, now);
          admitted.push(now);
        }
        for (const [i, from] of admitted.entries()) {
          for (const [j, to] of admitted.entries()) {
            if (j >= i)
              expect(j - i + 1).toBeLessThanOrEqual(limit.burst + ((to - from) * limit.perSecond) / 1000 + 1e-6);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('forgets the keys that were not asked for longest when there are too many', () => {
    const limiter = new RateLimiter(2);
    const limit = { perSecond: 1, burst: 1 };
    for (const key of ['a', 'b', 'a', 'c']) limiter.count(key, limit, 0);
    expect(['a', 'b', 'c'].map((key) => limiter.wait(key, limit, 0) > 0)).toEqual([true, false, true]);
  });
});
