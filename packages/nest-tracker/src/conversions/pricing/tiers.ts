import { parseAmount } from '@tallyback/protocol';
import type { FlatPayout, PayoutRule, PayoutTier, TieredPayout } from '../../catalog/payout-rule.js';

/** What a partner has brought to an offer so far in a period: conversions, or revenue in minor units. */
export type Volume = bigint;

/**
 * What a rule pays at a volume, as a rule that needs no volume any more.
 *
 * @param volume What was counted before this conversion; only asked for tiers.
 */
export function flatten(rule: PayoutRule, currency: string, volume: (tiers: TieredPayout) => Volume): FlatPayout {
  if (rule.kind === 'fixed') return { kind: 'fixed', amount: rule.amount };
  if (rule.kind === 'percent') return { kind: 'percent', percent: rule.percent };
  return payoutOfTier(tierAt(rule, currency, volume(rule)));
}

/** The highest tier whose volume is reached. */
export function tierAt({ by, tiers }: TieredPayout, currency: string, volume: Volume): PayoutTier {
  const reached = tiers.filter((tier) => thresholdOf(tier, by, currency) <= volume);
  const [first] = tiers;
  const tier = reached[reached.length - 1] ?? first;
  if (!tier) throw new RangeError('A tiered payout has at least one tier.');
  return tier;
}

/** Where a tier begins, in the unit that its volume is counted in. */
export function thresholdOf({ from }: PayoutTier, by: TieredPayout['by'], currency: string): Volume {
  return by === 'conversions' ? BigInt(from) : parseAmount(from, currency);
}

function payoutOfTier({ amount, percent }: PayoutTier): FlatPayout {
  return amount === undefined ? { kind: 'percent', percent: percent ?? '0' } : { kind: 'fixed', amount };
}

/** When the period that holds a moment began, UTC. */
export function periodStart(period: TieredPayout['period'], at: number): number {
  const date = new Date(at);
  if (period === 'total') return 0;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), period === 'day' ? date.getUTCDate() : 1);
}
