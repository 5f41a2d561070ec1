import { parseAmount, percentOf } from '@tallyback/protocol';
import type { PayoutRule } from '../catalog/catalog.js';

/** The rule for an event: the first that names it or names none; null when the offer has no such rule. */
export function payoutRuleFor(rules: readonly PayoutRule[], event: string): PayoutRule | null {
  return rules.find((rule) => rule.event === undefined || rule.event === event) ?? null;
}

/**
 * What the partner earns by a rule, in minor units of the offer's currency: a fixed amount, or a percentage of the
 * revenue rounded half-even once. No rule: nothing.
 */
export function payoutBy(rule: PayoutRule | null, revenue: bigint, currency: string): bigint {
  if (!rule) return 0n;
  return rule.kind === 'fixed' ? parseAmount(rule.amount, currency) : percentOf(revenue, rule.percent);
}
