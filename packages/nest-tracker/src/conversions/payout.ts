import { parseAmount, percentOf } from '@tallyback/protocol';
import type { Offer } from '../catalog/offer.entity.js';

/**
 * What the partner earns by the offer's rules, in minor units of the offer's currency: the first rule whose event
 * matches, a fixed amount or a percentage of the revenue rounded half-even once. No rule: nothing.
 */
export function payoutByRule(offer: Pick<Offer, 'payout' | 'currency'>, event: string, revenue: bigint): bigint {
  const rule = offer.payout.find((candidate) => candidate.event === undefined || candidate.event === event);
  if (!rule) return 0n;
  return rule.kind === 'fixed' ? parseAmount(rule.amount, offer.currency) : percentOf(revenue, rule.percent);
}
