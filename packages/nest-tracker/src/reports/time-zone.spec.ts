import { describe, expect, it } from '@jest/globals';
import { isTimeZone, offsetSpans, startOfDay } from './time-zone.js';

const HOUR = 3_600_000;
const utc = (time: string) => Date.parse(time);

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'europe/berlin'])('knows %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Berlin', 'Europe/Nowhere', '../etc'])('does not know %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe('offsetSpans', () => {
  it('has one span where nothing changes', () => {
    expect(offsetSpans('Asia/Kolkata', 0, utc('1970-03-01'))).toEqual([{ from: 0, offset: 5.5 * HOUR }]);
    expect(offsetSpans('UTC', utc('2020-01-01'), utc('2031-01-01'))).toHaveLength(1);
  });

  it('changes to the second with summer time', () => {
    expect(offsetSpans('Europe/Berlin', utc('2026-01-01'), utc('2027-01-01'))).toEqual([
      { from: utc('2026-01-01'), offset: HOUR },
      { from: utc('2026-03-29T01:00:00Z'), offset: 2 * HOUR },
      { from: utc('2026-10-25T01:00:00Z'), offset: HOUR },
    ]);
  });

  it('is not empty when there is no time between', () => {
    expect(offsetSpans('Europe/Berlin', utc('2026-07-01'), utc('2026-01-01'))).toEqual([
      { from: utc('2026-07-01'), offset: 2 * HOUR },
    ]);
  });
});

describe('startOfDay', () => {
  it.each([
    ['2026-03-29', 'UTC', '2026-03-29T00:00:00Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['2026-06-01', 'Asia/Kolkata', '2026-05-31T18:30:00Z'],
    ['2026-06-01', 'Pacific/Kiritimati', '2026-05-31T10:00:00Z'],
    // Clocks jump over midnight, or pass it twice.
    ['2024-03-10', 'America/Havana', '2024-03-10T05:00:00Z'],
    ['2024-11-03', 'America/Havana', '2024-11-03T04:00:00Z'],
    ['2024-09-08', 'America/Santiago', '2024-09-08T04:00:00Z'],
    ['2024-04-26', 'Africa/Cairo', '2024-04-25T22:00:00Z'],
    ['0010-01-01', 'Asia/Tokyo', '0009-12-31T14:41:01Z'],
  ])('of %s in %s is %s', (date, zone, expected) => {
    expect(new Date(startOfDay(utc(date), zone)).toISOString()).toBe(new Date(expected).toISOString());
  });
});
