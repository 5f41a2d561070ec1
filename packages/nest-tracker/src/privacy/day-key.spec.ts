import { describe, expect, it } from '@jest/globals';
import { DayKey, dayOf } from './day-key.js';

const start = () => new DayKey(20_000, Buffer.alloc(32, 7));

describe('a day key', () => {
  it('is the same in every process that started from the same one, on whichever day it is asked', () => {
    const one = start();
    const other = start();
    one.of(20_001);
    one.of(20_002);
    expect(one.of(20_003)).toEqual(other.of(20_003));
    expect(DayKey.parse(other.toString()).of(20_010)).toEqual(one.of(20_010));
  });

  it('is another one every day, and cannot be asked for a day that is over', () => {
    const key = start();
    const before = key.of(20_000);
    const after = key.of(20_001);
    expect(after).not.toEqual(before);
    expect(key.of(20_000)).toEqual(after);
    expect(key.toString()).not.toContain(before.toString('base64'));
  });

  it.each(['', '20000', '20000 abc', `x ${Buffer.alloc(32).toString('base64')}`])('is not read from %j', (text) => {
    expect(() => DayKey.parse(text)).toThrow('damaged');
  });

  it('changes at midnight UTC', () => {
    const midnight = Date.parse('2026-11-22T00:00:00Z');
    expect([dayOf(midnight - 1), dayOf(midnight)]).toEqual([20_778, 20_779]);
  });
});
