import { describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import fc from 'fast-check';
import { mergeTouches } from './merge-touches.js';
import { cookieText, decodeTouches, encodeTouches, type Touch } from './touch.js';

const NOW = Date.UTC(2026, 10, 22);
const LIFETIME = 30 * 86_400_000;
const rules = { now: NOW, lifetime: LIFETIME, keep: 2 };

const time = fc.integer({ min: NOW - 2 * LIFETIME, max: NOW + LIFETIME });
const own = time.map((at) => ({ id: createId(at), param: 'clickid', at, landing: '', referrer: '' }));
const foreign = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9.~:|+/=,@!*$-]{1,40}[A-Za-z0-9]$/).filter((id) => !/null|undefined/i.test(id)),
  param: fc.constantFrom('gclid', 'irclickid', 'ScCid'),
  at: time,
  landing: fc.constantFrom('', 'https://shop.example/land'),
  referrer: fc.constantFrom('', 'https://blog.example'),
});
const touches = fc.array(fc.oneof(own, foreign), { maxLength: 6 });

describe('the text of touches', () => {
  it('gives the touches back, long as for the browser and short as in a cookie', () => {
    fc.assert(
      fc.property(touches, (some: Touch[]) => {
        expect(decodeTouches(encodeTouches(some))).toEqual(some);
        expect(decodeTouches(cookieText(some))).toEqual(some);
      }),
    );
  });

  it('never fails, and what it takes from a stranger fits into a cookie', () => {
    const pieces = [
      'at=',
      '1',
      'param=',
      'gclid',
      'clickid',
      'id=',
      '|',
      '&',
      ';',
      '%0d%0a',
      'ü',
      ',',
      ' ',
      createId(NOW),
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }).map((id) => String(new URLSearchParams({ at: String(NOW), param: 'gclid', id }))),
    );
    fc.assert(
      fc.property(text, (strange) => {
        expect(cookieText(mergeTouches(decodeTouches(strange), rules))).toMatch(/^[\w*.+%&=|-]{0,3600}$/);
      }),
    );
  });

  it('leaves out addresses, then older clicks, rather than being too long', () => {
    const long = (id: string) => ({
      id,
      param: 'gclid',
      at: NOW,
      landing: `https://a/${'/'.repeat(190)}`,
      referrer: '',
    });
    const [a, b] = [long(`a${'/'.repeat(511)}`), long(`b${'/'.repeat(511)}`)];
    expect(decodeTouches(cookieText([a, b]))).toEqual([a, b].map((touch) => ({ ...touch, landing: '' })));
    expect(decodeTouches(cookieText([a, a, b]))).toEqual([{ ...b, landing: '' }]);
  });
});

describe('merging touches', () => {
  it('does not depend on the order of the input, keeps first and last, and no time moves ahead', () => {
    fc.assert(
      fc.property(touches, (some: Touch[]) => {
        const merged = mergeTouches(some, rules);
        const reversed = mergeTouches([...some].reverse(), rules);
        expect(merged.map(({ at }) => at)).toEqual(reversed.map(({ at }) => at));
        expect(merged.length).toBeLessThanOrEqual(2);
        for (const { id, at } of merged) {
          expect(at).toBeLessThanOrEqual(NOW);
          expect(at).toBeGreaterThan(NOW - LIFETIME);
          // Telling of them again, later and with other times, changes nothing.
          const again = some.filter((touch) => touch.id === id).map((touch) => ({ ...touch, at: NOW }));
          expect(mergeTouches([...merged, ...again], rules).find((touch) => touch.id === id)?.at).toBe(at);
        }
      }),
    );
  });
});
