import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Touch } from '../types.js';
import { merge } from './merge.js';

const NOW = 1_795_000_000_000;
const DAY = 86_400_000;
const touch = (id: string, at: number, more: Partial<Touch> = {}): Touch => ({
  id,
  at,
  param: 'clickid',
  landing: 'https://shop.example/',
  referrer: '',
  ...more,
});
const ids = (touches: Touch[]) => merge(touches, NOW, 30 * DAY).map(({ id }) => id);

describe('merge', () => {
  it('keeps the first and the last by the time of the click, whatever the order they are found in', () => {
    const touches = fc.uniqueArray(fc.integer({ min: NOW - 29 * DAY, max: NOW }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(touches, (times) => {
        const found = ids(times.map((at) => touch(`id-${at}`, at)));
        const first = Math.min(...times);
        const last = Math.max(...times);
        expect(found).toEqual(first === last ? [`id-${first}`] : [`id-${first}`, `id-${last}`]);
      }),
    );
  });

  it('comes to the same answer when it is given its own answer again', () => {
    const any = fc.array(
      fc.record({ id: fc.constantFrom('a', 'b', 'c'), at: fc.integer({ min: NOW - 40 * DAY, max: NOW + DAY }) }),
    );
    fc.assert(
      fc.property(any, (all) => {
        const once = merge(
          all.map(({ id, at }) => touch(id, at)),
          NOW,
          30 * DAY,
        );
        expect(merge([...once, ...once], NOW, 30 * DAY)).toEqual(once);
      }),
    );
  });

  it('takes the older of two copies of a click, so that its window cannot slide', () => {
    expect(merge([touch('a', NOW - 1), touch('a', NOW - DAY)], NOW, 30 * DAY)).toEqual([touch('a', NOW - DAY)]);
  });

  it('lets the later found of two clicks in one millisecond be the last', () => {
    expect(ids([touch('a', NOW), touch('b', NOW)])).toEqual(['a', 'b']);
  });

  it('drops what is older than the window, by the millisecond', () => {
    expect(ids([touch('a', NOW - 30 * DAY)])).toEqual([]);
    expect(ids([touch('a', NOW - 30 * DAY + 1)])).toEqual(['a']);
  });

  it('forgives a clock that was five minutes ahead, and no more', () => {
    expect(ids([touch('a', NOW + 300_000)])).toEqual(['a']);
    expect(ids([touch('a', NOW + 300_001)])).toEqual([]);
  });

  it('drops a touch without a time', () => {
    expect(ids([touch('a', Number.NaN)])).toEqual([]);
  });
});
