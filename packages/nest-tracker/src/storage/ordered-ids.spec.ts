import { describe, expect, it } from '@jest/globals';
import { isClickId } from '@tallyback/protocol';
import fc from 'fast-check';
import { OrderedIds, successorOf } from './ordered-ids.js';

describe('ordered ids', () => {
  it('rise with every one, in one millisecond and when the clock goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_003 })), (times) => {
        const ids = new OrderedIds();
        const made = times.map((at) => ids.next(at));
        expect([...made].sort()).toEqual(made);
        expect(new Set(made).size).toBe(made.length);
        expect(made.every(isClickId)).toBe(true);
      }),
    );
  });

  it('carry when the last digits are used up', () => {
    expect(successorOf('01k0000000000000000000yzzz')).toBe('01k0000000000000000000z000');
    expect(successorOf('01k00000000000000000000009')).toBe('01k0000000000000000000000a');
  });
});
