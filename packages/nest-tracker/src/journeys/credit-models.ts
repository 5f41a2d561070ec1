/** Ways to share a conversion among the touches that came before it. */
export const CREDIT_MODELS = ['first', 'last', 'linear', 'timeDecay', 'position'] as const;
export type CreditModel = (typeof CREDIT_MODELS)[number];

/** Time decay is counted in billionths of the newest touch's weight. */
const UNIT = 1e9;

/**
 * The weight of each touch under a model, as whole numbers, so that shares of money are exact and come out the same
 * everywhere.
 *
 * - `first`, `last`: everything for the first or last touch.
 * - `linear`: the same for every touch.
 * - `timeDecay`: half for every half-life that a touch is older than the last one.
 * - `position`: 40 % for the first, 40 % for the last, 20 % for those between in equal parts; of two touches half each.
 *
 * @param times When the touches were, ascending, in milliseconds. Without any there are no weights.
 * @param halfLifeMs Above 0.
 */
export function creditWeights(model: CreditModel, times: readonly number[], halfLifeMs: number): bigint[] {
  const last = times.length - 1;
  switch (model) {
    case 'first':
      return times.map((_, i) => (i === 0 ? 1n : 0n));
    case 'last':
      return times.map((_, i) => (i === last ? 1n : 0n));
    case 'linear':
      return times.map(() => 1n);
    case 'timeDecay':
      return times.map((time) => BigInt(Math.round(UNIT * 2 ** ((time - (times[last] ?? 0)) / halfLifeMs))));
    case 'position': {
      if (last < 2) return times.map(() => 1n);
      // Of 5 parts 2 at each end and 1 between, each cut into as many as there are touches between.
      const end = 2n * BigInt(last - 1);
      return times.map((_, i) => (i === 0 || i === last ? end : 1n));
    }
  }
}
