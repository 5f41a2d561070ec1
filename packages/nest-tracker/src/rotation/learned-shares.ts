import { drawBeta, drawGamma } from './sampling.js';

/** What is known of an offer in a campaign; days that are long past count less, so none of it need be whole. */
export interface OfferFigures {
  readonly clicks: number;
  readonly conversions: number;
  /** Minor units. */
  readonly revenue: number;
}

export const LEARNING_GOALS = ['conversions', 'revenue'] as const;

/** What a campaign's rotation learns by. */
export interface Learning {
  /** What a click is to bring. Default `conversions`. */
  readonly goal?: (typeof LEARNING_GOALS)[number];
  /** Days after which a click or conversion counts half. Default 14. */
  readonly halfLifeDays?: number;
  /** Share of the visitors that every offer keeps, so that it can surprise. Default 0.02. */
  readonly minimumShare?: number;
}

export const LEARNING_DEFAULTS: Required<Learning> = { goal: 'conversions', halfLifeDays: 14, minimumShare: 0.02 };

/** Enough that a share is known to a hundredth. */
const DRAWS = 2_000;
/** Conversions per click that are expected before there has been any. */
const EXPECTED_RATE = 0.02;

/**
 * Shares of the visitors, by Thompson sampling: each offer gets as many as the probability that it is the best of them, given
 * what has been seen. What is hardly known may be the best, so it is tried; what has been tried often and is worse is not.
 *
 * The rate of conversion has a beta distribution; what a conversion is worth is taken to be exponential, its mean therefore
 * inverse gamma. Both begin with the experience of one conversion at what all offers together have: an offer that is new is
 * expected to be like the others until it shows what it is.
 *
 * @param random Uniform in [0, 1).
 * @returns shares that add up to 1, in the order of the offers
 */
export function learnedShares(
  offers: readonly OfferFigures[],
  { goal, minimumShare }: Pick<Required<Learning>, 'goal' | 'minimumShare'>,
  random: () => number,
): number[] {
  const sum = (name: keyof OfferFigures) => offers.reduce((total, offer) => total + offer[name], 0);
  const rate = (sum('conversions') + 1) / (Math.max(sum('clicks'), sum('conversions')) + 1 / EXPECTED_RATE);
  const value = sum('conversions') > 0 && sum('revenue') > 0 ? sum('revenue') / sum('conversions') : 1;
  const best = offers.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    let winner = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (const [i, { clicks, conversions, revenue }] of offers.entries()) {
      const misses = Math.max(0, clicks - conversions);
      let drawn = drawBeta(1 + conversions, 1 / rate + misses, random);
      if (goal === 'revenue') drawn *= (value + Math.max(0, revenue)) / drawGamma(1 + conversions, random);
      if (drawn > most) [winner, most] = [i, drawn];
    }
    best[winner] = (best[winner] ?? 0) + 1;
  }
  const least = Math.min(minimumShare, 1 / offers.length);
  return best.map((wins) => least + (1 - least * offers.length) * (wins / DRAWS));
}
