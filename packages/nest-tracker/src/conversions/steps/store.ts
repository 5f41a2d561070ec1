import { createId } from '@tallyback/protocol';
import { appendLedger } from '../append-ledger.js';
import { Conversion } from '../conversion.entity.js';
import { findByIdentity, standing } from './find-existing.js';
import type { Step, StepContext } from './step.js';

/**
 * Stores the conversion and its first ledger entry. The unique index decides: the row is new if, and only if, the row
 * found under the identity has the id that was just made. Otherwise somebody else's copy was faster.
 */
export const store: Step = async (context) => {
  const { manager, click } = context;
  const conversion = conversionOf(context);
  await manager
    .createQueryBuilder()
    .insert()
    .into(Conversion)
    .values(conversion)
    .orIgnore()
    .updateEntity(false)
    .execute();
  const stored = await findByIdentity(context);
  if (stored && stored.id !== conversion.id) return standing(context, stored);
  await appendLedger(context, null, conversion);
  return { outcome: click ? 'recorded' : 'unattributed', conversion };
};

function conversionOf(context: StepContext): Conversion {
  const { intake, click, offer, now, occurredAt, price } = context;
  const { data } = intake.message;
  const conversion = new Conversion();
  conversion.id = createId(now);
  conversion.advertiserId = intake.advertiser.row.id;
  conversion.event = data.event;
  conversion.transactionId = data.transactionId;
  conversion.clickId = click?.id ?? null;
  conversion.claimedClickId = click ? null : (data.clickId ?? null);
  conversion.offerId = click?.offerId ?? null;
  conversion.partnerId = click?.partnerId ?? null;
  conversion.campaignId = click?.campaignId ?? null;
  // Without a click there is no offer to ask; the default is an offer's own default.
  conversion.status = data.status ?? offer?.row.defaultStatus ?? 'approved';
  Object.assign(conversion, price);
  conversion.couponCode = data.couponCode ?? null;
  conversion.customerId = data.customerId ?? null;
  conversion.items = data.items ?? null;
  conversion.metadata = data.metadata ?? null;
  conversion.clickedAt = click?.at ?? null;
  conversion.occurredAt = occurredAt;
  conversion.receivedAt = now;
  conversion.updatedAt = now;
  return conversion;
}
