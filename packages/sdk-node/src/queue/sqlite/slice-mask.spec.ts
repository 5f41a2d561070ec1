import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countBits, hasRow, lowestBits, MAX_PACK_ROWS, maskOf } from './slice-mask.js';

const rows = fc.uniqueArray(fc.nat(MAX_PACK_ROWS - 1));
const maskOfAll = (list: readonly number[]) => list.reduce((mask, row) => (mask | maskOf(row)) >>> 0, 0);

describe('the rows of a slice', () => {
  it('are those that were put in, the last one too', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const mask = maskOfAll(list);
        expect(mask).toBeGreaterThanOrEqual(0);
        const found = Array.from({ length: MAX_PACK_ROWS + 9 }, (_, row) => row).filter((row) => hasRow(mask, row));
        expect(found).toEqual([...list].sort((a, b) => a - b));
        expect(countBits(mask)).toBe(list.length);
        expect(hasRow(mask, -1)).toBe(false);
      }),
    );
  });

  it('are taken from the oldest on', () => {
    fc.assert(
      fc.property(rows, fc.nat(MAX_PACK_ROWS + 1), (list, count) => {
        const oldest = [...list].sort((a, b) => a - b).slice(0, count);
        expect(lowestBits(maskOfAll(list), count)).toBe(maskOfAll(oldest));
      }),
    );
  });
});
