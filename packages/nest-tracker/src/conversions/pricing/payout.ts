import { parseAmount } from '@tallyback/protocol';
import type { FlatPayout } from '../../catalog/payout-rule.js';
import { type ExactAmount, partOf, rounded } from './exact-amount.js';

/**
 * What the partner earns by a rule, in minor units of the offer's currency: a fixed amount, or a part of the revenue
 * before that was rounded, so that revenue in another currency is rounded once here too. No rule: nothing.
 *
 * @throws MoneyError `amount_too_large`
 */
export function payoutBy(rule: FlatPayout | null, revenue: ExactAmount, currency: string): bigint {
  if (!rule) return 0n;
  return rule.kind === 'fixed' ? parseAmount(rule.amount, currency) : rounded(partOf(revenue, rule.percent));
}
