import { parseAmount } from '@tallyback/protocol';
import { appendLedger } from './append-ledger.js';
import { Conversion } from './conversion.entity.js';
import { payoutBy } from './payout.js';
import { counts, mayBecome, nextStatuses } from './status-machine.js';
import { refuse, type StepContext, type StepEnd } from './steps/step.js';

/**
 * Changes a conversion that stands: its status along the status machine, its revenue (replaced or added to), and with the
 * revenue the payout, unless that came with the message.
 */
export async function changeConversion(
  context: StepContext,
  existing: Conversion,
  mode: 'replace' | 'add',
): Promise<StepEnd> {
  const { intake, manager, now } = context;
  const { status = existing.status, revenue, currency } = intake.message.data;
  if (status !== existing.status && !mayBecome(existing.status, status)) {
    const possible = nextStatuses(existing.status).join(' or ') || 'nothing else';
    const detail = `A conversion that is ${existing.status} cannot become ${status}; it can become ${possible}.`;
    return refuse('status_transition_invalid', detail, 'data.status');
  }
  const changed = manager.create(Conversion, { ...existing, status, updatedAt: now });
  if (revenue !== undefined && currency !== undefined) {
    if (existing.currency !== null && currency !== existing.currency) {
      const detail = `This conversion was reported in ${existing.currency}; send the new revenue in the same currency.`;
      return refuse('currency_unsupported', detail, 'data.currency');
    }
    const amount = parseAmount(revenue, currency);
    changed.revenue = mode === 'add' ? existing.revenue + amount : amount;
    changed.currency = currency;
    // By the rule it was recorded under: what has been agreed since is for later conversions.
    if (existing.payoutRule) changed.payout = payoutBy(existing.payoutRule, changed.revenue, currency);
  }
  const sameAmounts = changed.revenue === existing.revenue && changed.payout === existing.payout;
  if (sameAmounts && changed.status === existing.status) return { outcome: 'duplicate', conversion: existing };
  if (!sameAmounts && !counts(existing.status)) {
    const detail = `A conversion that is ${existing.status} counts nothing, so its revenue cannot change any more.`;
    return refuse('status_transition_invalid', detail, 'data.revenue');
  }
  await manager.update(
    Conversion,
    { id: existing.id },
    { status, revenue: changed.revenue, payout: changed.payout, currency: changed.currency, updatedAt: now },
  );
  await appendLedger(context, existing, changed);
  return { outcome: 'updated', conversion: changed };
}
