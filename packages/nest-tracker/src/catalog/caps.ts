/** How much counts, approved and pending together; days and months are UTC, by time of arrival. Absent: no cap. */
export interface Caps {
  readonly conversionsPerDay?: number;
  readonly conversionsPerMonth?: number;
  readonly conversionsTotal?: number;
  /** Decimal amount of payouts. */
  readonly payoutPerDay?: string;
  readonly payoutPerMonth?: string;
  readonly payoutTotal?: string;
}

/** Caps of a partner over all offers. */
export interface PartnerCaps extends Caps {
  /** Currency of the payout caps; payouts in other currencies do not count towards them. */
  readonly currency?: string;
}

export const PAYOUT_CAPS = ['payoutPerDay', 'payoutPerMonth', 'payoutTotal'] as const satisfies readonly (keyof Caps)[];
