import { MoneyError, parseAmount } from '@tallyback/protocol';
import type { Offer } from '../../catalog/offer.entity.js';
import type { FlatPayout, PayoutScope, TieredPayout } from '../../catalog/payout-rule.js';
import type { Refusal } from '../../http/problem-reply.js';
import { chooseRule } from './choose-rule.js';
import { type ExactAmount, exactly, exchanged, rounded, storable } from './exact-amount.js';
import { payoutBy } from './payout.js';
import { type RateLookup, rateRefusal } from './rate-lookup.js';
import { flatten, type Volume } from './tiers.js';

/** What a conversion is worth, in minor units of `currency`. */
export interface Price {
  readonly revenue: bigint;
  readonly payout: bigint;
  /** What the payout was computed by; null when there was no rule or the payout came with the message. */
  readonly payoutRule: FlatPayout | null;
  readonly currency: string | null;
  /** Revenue as it was reported, in minor units of `originalCurrency`; null when that is `currency`. */
  readonly originalRevenue: bigint | null;
  readonly originalCurrency: string | null;
  /** Units of `currency` for one of `originalCurrency`. */
  readonly rate: string | null;
}

/** Amounts as a message has them. */
export interface ReportedAmounts {
  readonly revenue?: string | undefined;
  readonly payout?: string | undefined;
  readonly currency?: string | undefined;
}

/** What the price of a conversion depends on besides its amounts. */
export interface PriceTerms {
  readonly offer: Pick<Offer, 'currency' | 'payout' | 'allowPayoutOverride'>;
  readonly scope: PayoutScope;
  /** Whether the sender may name the payout, if the offer lets it. */
  readonly signed: boolean;
  readonly rates: RateLookup;
  /** What counted before this conversion. */
  readonly volume: (tiers: TieredPayout) => Volume;
}

/** A price, or why there is none. */
export type Pricing = { readonly ok: true; readonly price: Price } | { readonly ok: false; readonly refusal: Refusal };

/** Works out what a new conversion is worth in the currency of its offer. */
export function priceConversion(reported: ReportedAmounts, terms: PriceTerms): Pricing {
  const { offer, scope, signed } = terms;
  return pricing(() => {
    const amounts = inOfferCurrency(reported, offer.currency, terms.rates);
    if ('refusal' in amounts) return { ok: false, refusal: amounts.refusal };
    const { revenue, payout, currency, ...original } = amounts;
    const worth = { revenue: rounded(revenue), currency, ...original };
    if (payout !== undefined && signed && offer.allowPayoutOverride) {
      return { ok: true, price: { ...worth, payout: rounded(payout), payoutRule: null } };
    }
    const rule = chooseRule(offer.payout, scope);
    const payoutRule = rule && flatten(rule, currency, terms.volume);
    return { ok: true, price: { ...worth, payout: payoutBy(payoutRule, revenue, currency), payoutRule } };
  });
}

/** What a conversion without an offer is worth: what was reported, in the currency it was reported in. */
export function priceUnattributed({ revenue, currency }: ReportedAmounts): Price {
  return {
    revenue: revenue !== undefined && currency !== undefined ? parseAmount(revenue, currency) : 0n,
    payout: 0n,
    payoutRule: null,
    currency: currency ?? null,
    originalRevenue: null,
    originalCurrency: null,
    rate: null,
  };
}

/** Runs a calculation; an amount too large to be kept is a refusal. */
export function pricing<T>(
  calculate: () => T | { readonly ok: false; readonly refusal: Refusal },
): T | { readonly ok: false; readonly refusal: Refusal } {
  try {
    return calculate();
  } catch (error) {
    if (!(error instanceof MoneyError) || error.code !== 'amount_too_large') throw error;
    const detail = `The amounts of this conversion cannot be kept: ${error.message}.`;
    return { ok: false, refusal: { reason: 'invalid_field', detail, field: 'data.revenue' } };
  }
}

interface OfferAmounts extends Pick<Price, 'originalRevenue' | 'originalCurrency' | 'rate'> {
  readonly revenue: ExactAmount;
  readonly payout: ExactAmount | undefined;
  readonly currency: string;
}

/** The amounts of a message in the offer's currency, not rounded yet. */
function inOfferCurrency(
  { revenue, payout, currency: from }: ReportedAmounts,
  to: string,
  rates: RateLookup,
): OfferAmounts | { readonly refusal: Refusal } {
  const minor = (amount: string | undefined) =>
    amount === undefined || from === undefined ? undefined : storable(parseAmount(amount, from));
  const reported = minor(revenue);
  const override = minor(payout);
  if (from === undefined || from === to) {
    return {
      revenue: exactly(reported ?? 0n),
      payout: override === undefined ? undefined : exactly(override),
      currency: to,
      originalRevenue: null,
      originalCurrency: null,
      rate: null,
    };
  }
  const answer = rates(from, to);
  if (answer.known !== 'rate') return { refusal: rateRefusal(answer.known, from, to) };
  const { rate } = answer;
  return {
    revenue: exchanged(reported ?? 0n, from, to, rate),
    payout: override === undefined ? undefined : exchanged(override, from, to, rate),
    currency: to,
    originalRevenue: reported ?? 0n,
    originalCurrency: from,
    rate,
  };
}
