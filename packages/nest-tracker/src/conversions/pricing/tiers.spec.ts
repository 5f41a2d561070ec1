import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PayoutTier, TieredPayout } from '../../catalog/payout-rule.js';
import { flatten, tierAt } from './tiers.js';

const ladder = (tiers: PayoutTier[], by: TieredPayout['by'] = 'conversions'): TieredPayout => ({
  kind: 'tiers',
  by,
  period: 'month',
  tiers,
});

describe('payout tiers', () => {
  const rule = ladder([
    { from: '0', percent: '5' },
    { from: '10', percent: '8' },
    { from: '100', amount: '20.00' },
  ]);

  it.each([
    [0n, { kind: 'percent', percent: '5' }],
    [9n, { kind: 'percent', percent: '5' }],
    [10n, { kind: 'percent', percent: '8' }],
    [99n, { kind: 'percent', percent: '8' }],
    [100n, { kind: 'fixed', amount: '20.00' }],
    [1_000_000n, { kind: 'fixed', amount: '20.00' }],
  ])('pay with %s conversions before it by the tier that is reached', (volume, expected) => {
    expect(flatten(rule, 'EUR', () => volume)).toEqual(expected);
  });

  it('may be reached by revenue, in the currency of the offer', () => {
    const tiers: PayoutTier[] = [
      { from: '0', percent: '5' },
      { from: '99.99', percent: '8' },
    ];
    expect(tierAt(ladder(tiers, 'revenue'), 'EUR', 9_998n)).toEqual(tiers[0]);
    expect(tierAt(ladder(tiers, 'revenue'), 'EUR', 9_999n)).toEqual(tiers[1]);
  });

  it('pay by the first tier when corrections have taken the volume below zero', () => {
    expect(tierAt(ladder([{ from: '0', percent: '5' }], 'revenue'), 'EUR', -1n)).toEqual({ from: '0', percent: '5' });
  });

  it('never pay by a tier that is not reached or leave out one that is', () => {
    const starts = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(starts, fc.nat(1_200), (numbers, volume) => {
        const froms = [...new Set([0, ...numbers])].sort((a, b) => a - b);
        const tier = tierAt(ladder(froms.map((from) => ({ from: String(from), percent: '1' }))), 'EUR', BigInt(volume));
        expect(Number(tier.from)).toBe(Math.max(...froms.filter((from) => from <= volume)));
      }),
    );
  });

  it('ask for no volume where the rule has no tiers', () => {
    const never = () => {
      throw new Error('asked');
    };
    expect(flatten({ kind: 'fixed', amount: '1.00', event: 'lead' }, 'EUR', never)).toEqual({
      kind: 'fixed',
      amount: '1.00',
    });
    expect(flatten({ kind: 'percent', percent: '7' }, 'EUR', never)).toEqual({ kind: 'percent', percent: '7' });
  });
});
