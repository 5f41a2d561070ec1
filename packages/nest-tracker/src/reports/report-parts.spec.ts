import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReportRequest } from './report.js';
import { partsOf } from './report-parts.js';
import { offsetSpans } from './time-zone.js';

const NOW = Date.parse('2031-06-15T12:34:56Z');
const request: ReportRequest = {
  groupBy: ['campaign', 'day'],
  from: undefined,
  to: undefined,
  timezone: 'UTC',
  by: 'conversion',
  filters: {},
  sort: undefined,
  currency: undefined,
  limit: 10,
};
const sourcesOf = (more: Partial<ReportRequest>) => {
  const asked = { ...request, ...more };
  const spans = offsetSpans(asked.timezone, asked.from ?? Date.UTC(2020, 0, 1), asked.to ?? NOW);
  return partsOf(asked, spans).map(({ source }) => (source === 'rows' ? source : source.grain));
};

describe('partsOf', () => {
  it.each([
    ['campaigns by UTC day', {}, ['day']],
    ['campaigns by day elsewhere', { timezone: 'Europe/Berlin' }, ['quarter']],
    ['hours of a zone with summer time', { groupBy: ['hour'], timezone: 'Europe/Berlin' }, ['quarter']],
    ['days of a zone half an hour off', { groupBy: ['day'], timezone: 'Asia/Kolkata' }, ['quarter']],
    ['days of a zone three quarters of an hour off', { groupBy: ['day'], timezone: 'Asia/Kathmandu' }, ['quarter']],
    ['a sub-id', { groupBy: ['sub1'] }, ['rows']],
    ['a filter by sub-id', { filters: { sub3: 'x' } }, ['rows']],
    ['countries', { groupBy: ['country'] }, ['traits']],
    ['countries by UTC day', { groupBy: ['country', 'day'] }, ['traits']],
    ['countries by hour', { groupBy: ['country', 'hour'] }, ['rows']],
    ['countries by a day that is not UTC’s', { groupBy: ['country', 'day'], timezone: 'Europe/Berlin' }, ['rows']],
    ['days filtered by device', { filters: { device: 'mobile' } }, ['traits']],
    ['what is wanted from rows', { source: 'rows' }, ['rows']],
  ] as const)('answers %s from the sums that know it', (_, more, expected) => {
    expect(sourcesOf(more as Partial<ReportRequest>)).toEqual(expected);
  });

  it('counts what lies before the first and after the last whole bucket from rows', () => {
    const from = Date.parse('2031-06-01T00:07:00Z');
    const to = Date.parse('2031-06-03T23:59:59Z');
    expect(sourcesOf({ from, to })).toEqual(['day', 'quarter', 'rows', 'quarter', 'rows']);
    expect(sourcesOf({ from, to, groupBy: ['os'] })).toEqual(['traits', 'rows', 'rows']);
    expect(sourcesOf({ from, to: from + 60_000 })).toEqual(['rows']);
  });

  it('leaves no moment out and counts none twice', () => {
    const times = fc.integer({ min: 0, max: 4 * 86_400_000 });
    const names = fc.constantFrom(['campaign'], ['country'], ['day'], ['hour'], ['os', 'day']) as fc.Arbitrary<
      ReportRequest['groupBy']
    >;
    fc.assert(
      fc.property(times, times, names, (a, b, groupBy) => {
        fc.pre(a < b);
        const parts = [...partsOf({ ...request, groupBy, from: a, to: b }, [{ from: a, offset: 0 }])];
        parts.sort((x, y) => Number(x.from) - Number(y.from));
        expect(parts[0]?.from).toBe(a);
        expect(parts[parts.length - 1]?.to).toBe(b);
        for (const [i, { from, to, source }] of parts.entries()) {
          expect(Number(from)).toBeLessThan(Number(to));
          if (i > 0) expect(parts[i - 1]?.to).toBe(from);
          if (source !== 'rows') expect([Number(from) % source.span, Number(to) % source.span]).toEqual([0, 0]);
        }
      }),
    );
  });
});
