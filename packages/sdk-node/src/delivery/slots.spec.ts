import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Slots } from './slots.js';

describe('Slots', () => {
  it('holds what was added and not removed, in no more room than was needed at once', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (steps) => {
        const slots = new Slots<number>();
        const held = new Map<number, number>();
        let [most, next] = [0, 0];
        for (const add of steps) {
          const [oldest] = held;
          if (add) {
            held.set(next, slots.add(next));
            next += 1;
          } else if (oldest) {
            slots.remove(oldest[1]);
            held.delete(oldest[0]);
          }
          most = Math.max(most, held.size);
          expect(slots.all().sort((a, b) => a - b)).toEqual([...held.keys()]);
          expect(new Set(held.values()).size).toBe(held.size);
          expect(Math.max(-1, ...held.values())).toBeLessThan(most);
        }
      }),
    );
  });
});
