import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Dice } from '../../test/fuzz/dice.js';
import { learnedShares, type OfferFigures } from './learned-shares.js';
import { drawBeta, drawGamma } from './sampling.js';

const TERMS = { goal: 'conversions', minimumShare: 0.02 } as const;
const uniform = (seed: number) => {
  const dice = new Dice(seed);
  return () => dice.below(2 ** 31) / 2 ** 31;
};
const offer = (clicks: number, conversions: number, revenue = 0): OfferFigures => ({ clicks, conversions, revenue });

describe('learnedShares', () => {
  it('shares out evenly, give or take, before anything is known', () => {
    for (const share of learnedShares([offer(0, 0), offer(0, 0), offer(0, 0)], TERMS, uniform(1))) {
      expect(share).toBeCloseTo(1 / 3, 1);
    }
  });

  it('gives nearly all visitors to an offer that is proven better, and the least to the others', () => {
    const [good, bad] = learnedShares([offer(10_000, 300), offer(10_000, 200)], TERMS, uniform(2));
    expect(good).toBeCloseTo(0.98, 2);
    expect(bad).toBeCloseTo(0.02, 2);
  });

  it('is careful with what little is known', () => {
    const [lucky, unlucky] = learnedShares([offer(50, 2), offer(50, 1)], TERMS, uniform(3)) as [number, number];
    expect(lucky).toBeGreaterThan(unlucky);
    expect(unlucky).toBeGreaterThan(0.15);
  });

  it('tries a new offer among old ones', () => {
    const shares = learnedShares([offer(20_000, 400), offer(20_000, 380), offer(0, 0)], TERMS, uniform(4));
    expect(shares[2]).toBeGreaterThan(0.1);
  });

  it('learns by revenue that few dear orders may be better than many cheap ones', () => {
    const offers = [offer(10_000, 300, 300_000), offer(10_000, 100, 900_000)];
    const [, byConversions] = learnedShares(offers, TERMS, uniform(5));
    const [, byRevenue] = learnedShares(offers, { ...TERMS, goal: 'revenue' }, uniform(5));
    expect(byConversions).toBeCloseTo(0.02, 2);
    expect(byRevenue).toBeCloseTo(0.98, 2);
  });

  it('adds up to one and leaves nobody with less than the least, whatever was counted', () => {
    const figures = fc.record({
      clicks: fc.double({ min: 0, max: 1e6, noNaN: true }),
      conversions: fc.double({ min: 0, max: 1e5, noNaN: true }),
      revenue: fc.double({ min: -1e6, max: 1e9, noNaN: true }),
    });
    const goals = fc.constantFrom('conversions', 'revenue') as fc.Arbitrary<'conversions' | 'revenue'>;
    fc.assert(
      fc.property(fc.array(figures, { minLength: 1, maxLength: 6 }), goals, (offers, goal) => {
        const shares = learnedShares(offers, { goal, minimumShare: 0.05 }, uniform(6));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        for (const share of shares) expect(share).toBeGreaterThanOrEqual(Math.min(0.05, 1 / offers.length) - 1e-12);
      }),
      { numRuns: 15 },
    );
  });
});

describe('what is drawn', () => {
  const mean = (draw: () => number) => Array.from({ length: 20_000 }, draw).reduce((sum, x) => sum + x, 0) / 20_000;

  it.each([1, 2.5, 40])('from a gamma distribution of shape %p has that mean', (shape) => {
    const random = uniform(7);
    expect(mean(() => drawGamma(shape, random)) / shape).toBeCloseTo(1, 1);
  });

  it('from a beta distribution has the mean of its parameters', () => {
    const random = uniform(8);
    expect(mean(() => drawBeta(3, 97, random))).toBeCloseTo(0.03, 2);
  });
});
