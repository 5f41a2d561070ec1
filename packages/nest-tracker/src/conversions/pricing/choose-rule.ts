import type { PayoutRule, PayoutScope } from '../../catalog/payout-rule.js';

/**
 * The rule for a conversion: of those whose event, partner and campaign match, the most specific one. A rule for the
 * campaign goes before one for the partner, that before one for the event; among equals the first in the list. Null
 * when none matches: then nothing is paid.
 */
export function chooseRule(rules: readonly PayoutRule[], conversion: PayoutScope): PayoutRule | null {
  let chosen: PayoutRule | null = null;
  let best = -1;
  for (const rule of rules) {
    if (!matches(rule, conversion)) continue;
    const specificity = specificityOf(rule);
    if (specificity <= best) continue;
    chosen = rule;
    best = specificity;
  }
  return chosen;
}

function matches(rule: PayoutScope, { event, partner, campaign }: PayoutScope): boolean {
  return (
    (rule.event === undefined || rule.event === event) &&
    (rule.partner === undefined || rule.partner === partner) &&
    (rule.campaign === undefined || rule.campaign === campaign)
  );
}

/** One bit for each, so that a rule for a campaign outweighs one for a partner and an event together. */
function specificityOf({ event, partner, campaign }: PayoutScope): number {
  return Number(campaign !== undefined) * 4 + Number(partner !== undefined) * 2 + Number(event !== undefined);
}
