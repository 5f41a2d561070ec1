import { describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import fc from 'fast-check';
import { monthNamed, monthOf } from './month.js';

const TIMES = fc.integer({ min: 0, max: Date.UTC(2300, 0, 1) });

describe('a month', () => {
  it('holds the ids that were made in it, and no others', () => {
    fc.assert(
      fc.property(TIMES, fc.integer({ min: -3, max: 3 }), (time, later) => {
        const { from, to } = monthOf(time, later);
        const id = createId(time);
        expect(id >= from && id < to).toBe(later === 0);
      }),
    );
  });

  it('ends where the next one begins, and is found again by its name', () => {
    fc.assert(
      fc.property(TIMES, (time) => {
        const month = monthOf(time);
        expect(monthOf(time, 1).from).toBe(month.to);
        expect(monthNamed(`tallyback_clicks_${month.name}`)).toEqual(month);
      }),
    );
  });

  it('is called by its year and number in UTC', () => {
    expect(monthOf(Date.parse('2026-12-31T23:59:59.999Z')).name).toBe('2026_12');
    expect(monthOf(Date.parse('2026-12-31T23:59:59.999Z'), 1).name).toBe('2027_01');
    expect(monthNamed('tallyback_clicks_other')).toBeUndefined();
  });
});
