import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Running } from './running.js';

const NEVER = Number.POSITIVE_INFINITY;

describe('what is running', () => {
  it('holds what was added and not removed, in no more room than was needed at once', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (steps) => {
        const running = new Running<number>(() => {});
        const held = new Map<number, number>();
        let [most, next] = [0, 0];
        for (const add of steps) {
          const [oldest] = held;
          if (add) {
            held.set(next, running.add(next, NEVER));
            next += 1;
          } else if (oldest) {
            running.remove(oldest[1]);
            held.delete(oldest[0]);
          }
          most = Math.max(most, held.size);
          expect(running.all().sort((a, b) => a - b)).toEqual([...held.keys()]);
          expect(new Set(held.values()).size).toBe(held.size);
          expect(Math.max(-1, ...held.values())).toBeLessThan(most);
        }
      }),
    );
  });

  describe('at its end', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('is reported late then and not before, whatever was added or removed around it', () => {
      fc.assert(
        fc.property(fc.array(fc.record({ lasts: fc.nat({ max: 50 }), removed: fc.boolean() })), (items) => {
          const begin = performance.now();
          const late: [end: number, at: number][] = [];
          const slots = new Map<number, number>();
          const running = new Running<number>((id) => {
            late.push([(items[id]?.lasts ?? 0) + begin, performance.now()]);
            running.remove(slots.get(id) as number);
          });
          for (const [id, { lasts }] of items.entries()) slots.set(id, running.add(id, begin + lasts));
          for (const [id, { removed }] of items.entries()) if (removed) running.remove(slots.get(id) as number);
          jest.advanceTimersByTime(100);
          expect(late).toHaveLength(items.filter(({ removed }) => !removed).length);
          for (const [end, at] of late) {
            expect(at).toBeGreaterThanOrEqual(end);
            expect(at).toBeLessThanOrEqual(end + 1);
          }
        }),
      );
    });

    it('leaves no timer behind once it was stopped', () => {
      const running = new Running<string>(() => {});
      running.add('one', performance.now() + 1_000);
      running.stop();
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
