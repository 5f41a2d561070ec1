import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AttributionTerms, type CustomerClick, chooseClick } from './choose-click.js';

const MINUTE = 60_000;
const terms = (more: Partial<AttributionTerms> = {}): AttributionTerms => ({
  status: 'active',
  events: null,
  window: {},
  attribution: 'last',
  ...more,
});
const click = (id: string, minute: number, offerId = 'boots'): CustomerClick => ({ id, at: minute * MINUTE, offerId });
const chosen = (
  clicks: readonly CustomerClick[],
  offers: Record<string, AttributionTerms>,
  { minute = 100, event = 'purchase' } = {},
) => chooseClick(clicks, { event, occurredAt: minute * MINUTE }, (id) => offers[id])?.id;

describe('of several clicks of one customer', () => {
  const clicks = [click('b', 20), click('a', 10), click('c', 30)];

  it('the last one counts, or the first one where the offer says so', () => {
    expect(chosen(clicks, { boots: terms() })).toBe('c');
    expect(chosen(clicks, { boots: terms({ attribution: 'first' }) })).toBe('a');
  });

  it('those after the conversion do not count', () => {
    expect(chosen(clicks, { boots: terms() }, { minute: 25 })).toBe('b');
    expect(chosen(clicks, { boots: terms() }, { minute: 9 })).toBeUndefined();
  });

  it('those outside the window of their offer do not count', () => {
    const window = { minSeconds: 75 * 60, maxSeconds: 85 * 60 };
    expect(chosen(clicks, { boots: terms({ window }) })).toBe('b');
    expect(chosen(clicks, { boots: terms({ window: { maxSeconds: 80 * 60 }, attribution: 'first' }) })).toBe('b');
  });

  it('those of offers that are paused, gone or do not take the event do not count', () => {
    const both = [click('old', 10, 'boots'), click('new', 20, 'hats')];
    expect(chosen(both, { boots: terms(), hats: terms({ status: 'paused' }) })).toBe('old');
    expect(chosen(both, { boots: terms(), hats: terms({ events: ['lead'] }) })).toBe('old');
    expect(chosen(both, { boots: terms() })).toBe('old');
    expect(chosen(both, { boots: terms(), hats: terms({ events: ['lead'] }) }, { event: 'lead' })).toBe('new');
  });

  it('the last one says which offer it is, and only clicks on that one can be the first', () => {
    const mixed = [click('hat', 5, 'hats'), click('boot', 10, 'boots'), click('boot2', 20, 'boots')];
    expect(chosen(mixed, { boots: terms({ attribution: 'first' }), hats: terms() })).toBe('boot');
    const hatLast = [...mixed, click('hat2', 30, 'hats')];
    expect(chosen(hatLast, { boots: terms({ attribution: 'first' }), hats: terms() })).toBe('hat2');
  });

  it('the choice does not depend on the order they are found in', () => {
    const any = fc.array(fc.record({ id: fc.uuid(), minute: fc.nat(5) }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(any, fc.constantFrom('first' as const, 'last' as const), (made, attribution) => {
        const found = made.map(({ id, minute }) => click(id, minute));
        const offers = { boots: terms({ attribution }) };
        expect(chosen([...found].reverse(), offers)).toBe(chosen(found, offers));
      }),
    );
  });

  it('none means the conversion stays without', () => {
    expect(chosen([], { boots: terms() })).toBeUndefined();
  });
});
