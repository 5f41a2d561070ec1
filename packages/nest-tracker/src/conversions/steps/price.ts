import { parseAmount } from '@tallyback/protocol';
import { payoutBy, payoutRuleFor } from '../payout.js';
import type { Step } from './step.js';

/** Works out revenue and payout. A payout in the message counts only when it is signed and the offer allows it. */
export const price: Step = (context) => {
  const { intake, offer } = context;
  const { revenue, payout, currency, event } = intake.message.data;
  context.currency = currency ?? offer?.row.currency ?? null;
  context.revenue = revenue !== undefined && currency !== undefined ? parseAmount(revenue, currency) : 0n;
  if (!offer) return undefined;
  if (payout !== undefined && currency !== undefined && intake.sender.signed && offer.row.allowPayoutOverride) {
    context.payout = parseAmount(payout, currency);
    return undefined;
  }
  context.payoutRule = payoutRuleFor(offer.row.payout, event);
  context.payout = payoutBy(context.payoutRule, context.revenue, offer.row.currency);
  return undefined;
};
