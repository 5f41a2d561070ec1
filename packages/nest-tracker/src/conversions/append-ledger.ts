import { createId } from '@tallyback/protocol';
import type { Conversion } from './conversion.entity.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { counts } from './status-machine.js';
import type { StepContext } from './steps/step.js';

/** Appends what a message did to a conversion: who, when, why, old and new status, and the change of the counted amounts. */
export async function appendLedger(
  { intake, manager, now }: Pick<StepContext, 'intake' | 'manager' | 'now'>,
  before: Conversion | null,
  after: Conversion,
): Promise<void> {
  const counted = (conversion: Conversion | null, amount: 'revenue' | 'payout') =>
    conversion && counts(conversion.status) ? conversion[amount] : 0n;
  await manager.insert(LedgerEntry, {
    id: createId(now),
    conversionId: after.id,
    at: now,
    actor: `advertiser:${intake.advertiser.row.key}`,
    cause: intake.message.type,
    deliveryId: intake.sender.deliveryId ?? null,
    oldStatus: before?.status ?? null,
    newStatus: after.status,
    revenueDelta: counted(after, 'revenue') - counted(before, 'revenue'),
    payoutDelta: counted(after, 'payout') - counted(before, 'payout'),
    currency: after.currency,
  });
}
