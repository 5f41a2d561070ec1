import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueHeap } from './due-heap.js';

describe('DueHeap', () => {
  it('gives the earliest first and equal times in the order of acceptance', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const heap = new DueHeap();
        const items = times.map((at, seq) => ({ at, seq }));
        for (const item of items) heap.push(item);
        const taken = items.map(() => heap.pop());
        expect(taken).toEqual([...items].sort((a, b) => a.at - b.at || a.seq - b.seq));
        expect(heap.peek()).toBeUndefined();
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});
