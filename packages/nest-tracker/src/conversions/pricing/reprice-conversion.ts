import { parseAmount } from '@tallyback/protocol';
import type { Refusal } from '../../http/problem-reply.js';
import { exactly, exchanged, rounded, storable } from './exact-amount.js';
import { payoutBy } from './payout.js';
import { type Price, type Pricing, pricing, type ReportedAmounts } from './price-conversion.js';
import { type RateLookup, rateRefusal } from './rate-lookup.js';

/** How a later message changes the revenue: takes its place, or is added to it. */
export type ChangeMode = 'replace' | 'add';

/** What a change of a conversion's price depends on besides its amounts. */
export interface RepriceTerms {
  readonly mode: ChangeMode;
  /** Whether a payout in the message counts: it is signed and the offer lets it. */
  readonly takesPayout: boolean;
  /** Whether the revenue may go below zero. */
  readonly allowNegative: boolean;
  readonly rates: RateLookup;
}

/**
 * Works out what a conversion is worth after a later message: by the rule and the rate it was recorded under, since
 * what has been agreed since is for later conversions, and a refund gives back at the rate that was taken. Always from
 * the whole revenue as it was reported, so that many small changes round no more than one.
 */
export function repriceConversion(before: Price, reported: ReportedAmounts, terms: RepriceTerms): Pricing {
  const { mode } = terms;
  const payout = terms.takesPayout ? reported.payout : undefined;
  const { currency } = reported;
  if (currency === undefined || (reported.revenue === undefined && payout === undefined)) {
    return { ok: true, price: before };
  }
  return pricing(() => {
    const base = inCurrencyOf(before, currency, terms.rates);
    if ('refusal' in base) return { ok: false, refusal: base.refusal };
    const whole = base.originalRevenue ?? base.revenue;
    const changed = reported.revenue === undefined ? whole : parseAmount(reported.revenue, currency);
    const next = storable(mode === 'add' && reported.revenue !== undefined ? whole + changed : changed);
    if (next < 0n && !terms.allowNegative) return { ok: false, refusal: belowZero };
    const exact = (minor: bigint) =>
      base.rate === null || base.currency === null
        ? exactly(minor)
        : exchanged(minor, currency, base.currency, base.rate);
    const price = {
      ...base,
      revenue: rounded(exact(next)),
      originalRevenue: base.rate === null ? null : next,
    };
    if (payout !== undefined) {
      const given = rounded(exact(parseAmount(payout, currency)));
      const sum = storable(mode === 'add' ? base.payout + given : given);
      return { ok: true, price: { ...price, payout: sum, payoutRule: null } };
    }
    if (!base.payoutRule || base.currency === null) return { ok: true, price };
    return { ok: true, price: { ...price, payout: payoutBy(base.payoutRule, exact(next), base.currency) } };
  });
}

const belowZero: Refusal = {
  reason: 'invalid_field',
  detail: 'The revenue would fall below zero, and the offer does not allow that (allowNegative).',
  field: 'data.revenue',
};

/** A price that amounts in `currency` can be added to: only one that is zero still takes another currency. */
function inCurrencyOf(before: Price, currency: string, rates: RateLookup): Price | { readonly refusal: Refusal } {
  if (before.currency === null) return { ...before, currency };
  const reportedIn = before.originalCurrency ?? before.currency;
  if (currency === reportedIn) return before;
  if (before.originalCurrency !== null || before.revenue !== 0n) {
    const detail = `This conversion was reported in ${reportedIn}; send the new revenue in the same currency.`;
    return { refusal: { reason: 'currency_unsupported', detail, field: 'data.currency' } };
  }
  const answer = rates(currency, before.currency);
  if (answer.known !== 'rate') return { refusal: rateRefusal(answer.known, currency, before.currency) };
  return { ...before, originalRevenue: 0n, originalCurrency: currency, rate: answer.rate };
}
