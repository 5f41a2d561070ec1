import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PayloadReader, payloadsOf } from './notify-payloads.js';

const read = (payloads: readonly string[]) => {
  const reader = new PayloadReader();
  return payloads.flatMap((payload) => reader.read(payload));
};

describe('payloads of notifications', () => {
  it('have every event once, in order, and are small enough for PostgreSQL, however large an event is', () => {
    const text = fc.oneof(
      { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 600 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 8_000, maxLength: 20_000 }) },
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        const payloads = payloadsOf(texts.map((one) => JSON.stringify(one)));
        expect(read(payloads)).toEqual(texts);
        for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
      }),
      { numRuns: 50 },
    );
  });

  it('are few: one for what fits into one', () => {
    expect(payloadsOf(Array.from({ length: 50 }, () => JSON.stringify('x'.repeat(100))))).toHaveLength(1);
  });

  it('that other processes send in between tear no event', () => {
    const large = payloadsOf([JSON.stringify('ä'.repeat(9_000))]);
    const other = payloadsOf([JSON.stringify('b'.repeat(9_000))]);
    const mixed = large.flatMap((payload, i) => [payload, other[i] ?? '["small"]']);
    expect(new Set(read(mixed))).toEqual(new Set(['ä'.repeat(9_000), 'b'.repeat(9_000), 'small']));
  });

  it('of events that lost a part are forgotten', () => {
    const reader = new PayloadReader();
    for (let i = 0; i < 100; i++) {
      const [first = ''] = payloadsOf([JSON.stringify('x'.repeat(9_000))]);
      expect(reader.read(first)).toEqual([]);
    }
    expect(payloadsOf([JSON.stringify('y'.repeat(9_000))]).flatMap((one) => reader.read(one))).toHaveLength(1);
  });
});
