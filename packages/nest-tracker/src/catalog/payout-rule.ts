/** Whose conversions a payout rule is for; what is absent does not matter to it. */
export interface PayoutScope {
  readonly event?: string;
  /** Key of the partner. */
  readonly partner?: string;
  /** Key of the campaign. */
  readonly campaign?: string;
}

/** The same amount for every conversion. */
export interface FixedPayout {
  readonly kind: 'fixed';
  /** Decimal amount in the offer's currency. */
  readonly amount: string;
}

/** A part of the revenue. */
export interface PercentPayout {
  readonly kind: 'percent';
  /** Percent of the revenue, a decimal string such as "12.5". */
  readonly percent: string;
}

/** What the volume of tiers is measured in. */
export const TIER_MEASURES = ['conversions', 'revenue'] as const;
export type TierMeasure = (typeof TIER_MEASURES)[number];

/** How long tiers count before they begin again; days and months are UTC, by time of arrival. */
export const TIER_PERIODS = ['day', 'month', 'total'] as const;
export type TierPeriod = (typeof TIER_PERIODS)[number];

/** What is paid from a volume on: one of `amount` and `percent`. */
export interface PayoutTier {
  /** Volume that has to be reached already: conversions, or a decimal amount of revenue in the offer's currency. */
  readonly from: string;
  readonly amount?: string;
  readonly percent?: string;
}

/**
 * Payout by what the partner has brought to the offer so far in the period, conversions that count (approved and
 * pending) before the one that is paid. A whole conversion is paid by one tier. With an `event` only that event's
 * volume is measured.
 */
export interface TieredPayout {
  readonly kind: 'tiers';
  readonly by: TierMeasure;
  readonly period: TierPeriod;
  /** The first begins at "0"; each begins higher than the one before. */
  readonly tiers: readonly PayoutTier[];
}

/** A rule that needs no volume: what a conversion keeps, so that later changes of it are paid as it was agreed. */
export type FlatPayout = FixedPayout | PercentPayout;

/** What the partner earns for a conversion. Of several rules that match, the most specific one applies. */
export type PayoutRule = PayoutScope & (FlatPayout | TieredPayout);
