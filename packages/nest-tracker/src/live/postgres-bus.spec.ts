import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { payloadsOf } from './postgres-bus.js';

describe('payloads of notifications', () => {
  it('have every event once, in order, and are small enough for PostgreSQL', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 600 }), { maxLength: 60 }), (texts) => {
        const payloads = payloadsOf(texts.map((text) => JSON.stringify(text)));
        expect(payloads.flatMap((payload) => JSON.parse(payload))).toEqual(texts);
        for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
      }),
      { numRuns: 50 },
    );
  });

  it('are few: one for what fits into one', () => {
    expect(payloadsOf(Array.from({ length: 50 }, () => JSON.stringify('x'.repeat(100))))).toHaveLength(1);
  });
});
