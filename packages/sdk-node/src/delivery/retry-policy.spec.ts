import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_RETRY_SCHEDULE, retryPolicy } from './retry-policy.js';

const HOUR = 3_600_000;
const failed = { step: 0, createdAt: 0, now: 0 };

describe('the retry policy', () => {
  it('waits for each step of the schedule within ten percent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: DEFAULT_RETRY_SCHEDULE.length - 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (step, random) => {
          const next = retryPolicy(DEFAULT_RETRY_SCHEDULE, () => random).next({ ...failed, step });
          const delay = DEFAULT_RETRY_SCHEDULE[step] as number;
          if (!('at' in next)) throw new Error('no retry');
          expect(next.step).toBe(step + 1);
          expect(next.at).toBeGreaterThanOrEqual(Math.floor(delay * 0.9));
          expect(next.at).toBeLessThanOrEqual(Math.ceil(delay * 1.1));
        },
      ),
    );
  });

  it('reaches the end of its schedule whatever the jitter: the horizon never cuts a step off', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 9, maxLength: 9 }),
        (jitter) => {
          const policy = retryPolicy(DEFAULT_RETRY_SCHEDULE, () => jitter.pop() ?? 0);
          let [now, step] = [0, 0];
          for (;;) {
            // Every attempt itself takes up to 15 s.
            const next = policy.next({ step, createdAt: 0, now: now + 15_000 });
            if ('exhausted' in next) break;
            now = next.at;
            step = next.step;
          }
          expect(step).toBe(9);
        },
      ),
    );
  });

  it('takes Retry-After without using up a step, between one second and a day', () => {
    const policy = retryPolicy(DEFAULT_RETRY_SCHEDULE, () => 0.9);
    expect(policy.next({ ...failed, step: 3, retryAfterMs: 30_000 })).toEqual({ at: 30_000, step: 3 });
    expect(policy.next({ ...failed, retryAfterMs: 0 })).toEqual({ at: 1_000, step: 0 });
    expect(policy.next({ ...failed, retryAfterMs: 9_999 * HOUR })).toEqual({ at: 24 * HOUR, step: 0 });
  });

  it('ends with the schedule, with the horizon, and with the window of the destination', () => {
    const policy = retryPolicy([1_000, 1_000], () => 0.5);
    expect(policy.next({ ...failed, step: 2 })).toEqual({ exhausted: expect.stringContaining('2 retries') });
    const late = { ...failed, now: HOUR, retryAfterMs: HOUR };
    expect(policy.next(late)).toEqual({ at: 2 * HOUR, step: 1 });
    expect(policy.next({ ...late, step: 2 })).toEqual({ exhausted: expect.stringContaining('2 retries') });
    expect(policy.next({ ...failed, now: 900 * HOUR })).toEqual({ at: 900 * HOUR + 1_000, step: 1 });
    expect(policy.next({ ...failed, windowMs: 999 })).toEqual({ exhausted: expect.stringContaining('window') });
  });
});
