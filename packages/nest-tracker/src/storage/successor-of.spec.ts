import { describe, expect, it } from '@jest/globals';
import { createId, isClickId } from '@tallyback/protocol';
import fc from 'fast-check';
import { successorOf } from './successor-of.js';

describe('the successor of an id', () => {
  it('is an id of the same moment, right after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), (at) => {
        const id = createId(at);
        const next = successorOf(id);
        expect(isClickId(next)).toBe(true);
        expect(next > id).toBe(true);
        expect(next.slice(0, 10)).toBe(id.slice(0, 10));
      }),
    );
  });

  it('carries when the last digits are used up', () => {
    expect(successorOf('01k0000000000000000000yzzz')).toBe('01k0000000000000000000z000');
    expect(successorOf('01k00000000000000000000009')).toBe('01k0000000000000000000000a');
  });
});
