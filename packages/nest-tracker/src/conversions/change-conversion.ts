import type { ConversionMessage } from '@tallyback/protocol';
import { timeOfChange } from './change-time.js';
import type { Conversion } from './conversion.entity.js';
import type { Price, ReportedAmounts } from './pricing/price-conversion.js';
import { type ChangeMode, repriceConversion } from './pricing/reprice-conversion.js';
import { counts, mayBecome, nextStatuses } from './status-machine.js';
import { refuse, type StepContext, type StepEnd } from './steps/step.js';

/** What is to become of a conversion: fields of a message, or of a decision by hand. */
export type RequestedChange = ReportedAmounts & Partial<Pick<Conversion, 'status'>> & Pick<Data, 'items'>;

type Data = ConversionMessage['data'];

/** What a change is judged by. */
export interface ChangeTerms extends Pick<StepContext, 'catalog' | 'now' | 'rates'> {
  /** Whether a payout that is named counts, if the offer lets it. */
  readonly signed: boolean;
}

/**
 * Changes a conversion that stands: its status along the status machine, its revenue (replaced or added to), and with the
 * revenue the payout, unless that came with the message; line items likewise.
 */
export function changeConversion(
  change: RequestedChange,
  { catalog, now, rates, signed }: ChangeTerms,
  existing: Conversion,
  mode: ChangeMode,
): StepEnd {
  const { status = existing.status, items } = change;
  if (status !== existing.status && !mayBecome(existing.status, status)) {
    const possible = nextStatuses(existing.status).join(' or ') || 'nothing else';
    const detail = `A conversion that is ${existing.status} cannot become ${status}; it can become ${possible}.`;
    return refuse('status_transition_invalid', detail, 'data.status');
  }
  const offer = catalog.offersById.get(existing.offerId ?? '')?.row;
  const repriced = repriceConversion(existing, change, {
    mode,
    takesPayout: signed && offer?.allowPayoutOverride === true,
    allowNegative: offer?.allowNegative === true,
    rates,
  });
  if (!repriced.ok) return { refusal: repriced.refusal };
  const amounts = amountsOf(repriced.price);
  const sameAmounts = (['revenue', 'payout', 'originalRevenue'] as const).every(
    (amount) => amounts[amount] === existing[amount],
  );
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
  const asReported =
    existing.asReported && change.status !== undefined ? { ...existing.asReported, status } : existing.asReported;
  const conversion = {
    ...existing,
    ...amounts,
    status,
    items: next,
    asReported,
    updatedAt: timeOfChange(existing, now),
  };
  return { outcome: 'updated', conversion, before: existing };
}

/** Line items of all messages about one conversion together; one message has at most 200. */
const MAX_ITEMS = 1_000;

/** The price alone: a conversion that stands has its price among its other columns. */
function amountsOf(price: Price): Price {
  const { revenue, payout, payoutRule, currency, originalRevenue, originalCurrency, rate } = price;
  return { revenue, payout, payoutRule, currency, originalRevenue, originalCurrency, rate };
}
