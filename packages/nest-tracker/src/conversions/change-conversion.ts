import type { Conversion } from './conversion.entity.js';
import type { Price } from './pricing/price-conversion.js';
import { type ChangeMode, repriceConversion } from './pricing/reprice-conversion.js';
import { counts, mayBecome, nextStatuses } from './status-machine.js';
import { refuse, type StepContext, type StepEnd } from './steps/step.js';

/**
 * Changes a conversion that stands: its status along the status machine, its revenue (replaced or added to), and with the
 * revenue the payout, unless that came with the message; line items likewise.
 */
export function changeConversion(context: StepContext, found: Conversion, mode: ChangeMode): StepEnd {
  const { intake, known, now, catalog, rates } = context;
  const existing = known.conversions.forChange(found);
  const { status = existing.status, items } = intake.message.data;
  if (status !== existing.status && !mayBecome(existing.status, status)) {
    const possible = nextStatuses(existing.status).join(' or ') || 'nothing else';
    const detail = `A conversion that is ${existing.status} cannot become ${status}; it can become ${possible}.`;
    return refuse('status_transition_invalid', detail, 'data.status');
  }
  const offer = catalog.offersById.get(existing.offerId ?? '')?.row;
  const repriced = repriceConversion(existing, intake.message.data, {
    mode,
    takesPayout: intake.sender.signed && offer?.allowPayoutOverride === true,
    allowNegative: offer?.allowNegative === true,
    rates,
  });
  if (!repriced.ok) return { refusal: repriced.refusal };
  const amounts = amountsOf(repriced.price);
  const sameAmounts = amounts.revenue === existing.revenue && amounts.payout === existing.payout;
  const sameItems = items === undefined || JSON.stringify(items) === JSON.stringify(existing.items);
  if (sameAmounts && status === existing.status && (mode === 'add' ? items === undefined : sameItems)) {
    return { outcome: 'duplicate', conversion: existing };
  }
  if (!sameAmounts && !counts(existing.status)) {
    const detail = `A conversion that is ${existing.status} counts nothing, so its revenue cannot change any more.`;
    return refuse('status_transition_invalid', detail, 'data.revenue');
  }
  const next = items === undefined ? existing.items : mode === 'add' ? [...(existing.items ?? []), ...items] : items;
  if (next && next.length > MAX_ITEMS) {
    const detail = `A conversion keeps at most ${MAX_ITEMS} line items; this message would make them ${next.length}.`;
    return refuse('invalid_field', detail, 'data.items');
  }
  return {
    outcome: 'updated',
    conversion: { ...existing, ...amounts, status, items: next, updatedAt: now },
    before: existing,
  };
}

/** Line items of all messages about one conversion together; one message has at most 200. */
const MAX_ITEMS = 1_000;

/** The price alone: a conversion that stands has its price among its other columns. */
function amountsOf(price: Price): Price {
  const { revenue, payout, payoutRule, currency, originalRevenue, originalCurrency, rate } = price;
  return { revenue, payout, payoutRule, currency, originalRevenue, originalCurrency, rate };
}
