import { type ConversionMessage, createId } from '@tallyback/protocol';
import { Conversion } from '../conversion.entity.js';
import { type StepContext, statusOf } from './context.js';
import type { Step } from './step.js';

/** Makes the conversion; it is stored with everything else that the group decides. */
export const store: Step = (context) => {
  const conversion = conversionOf(context);
  return { outcome: context.place ? 'recorded' : 'unattributed', conversion, before: null };
};

/** What only an offer can judge, kept until there is one. */
function asReported({ status, payout }: ConversionMessage['data']): Conversion['asReported'] {
  return { ...(status !== undefined && { status }), ...(payout !== undefined && { payout }) };
}

function conversionOf(context: StepContext): Conversion {
  const { intake, click, place, now, occurredAt, price } = context;
  const { data } = intake.message;
  const conversion = new Conversion();
  conversion.id = createId(now);
  conversion.advertiserId = intake.advertiser.row.id;
  conversion.event = data.event;
  conversion.transactionId = data.transactionId;
  conversion.clickId = click?.id ?? null;
  conversion.claimedClickId = data.clickId === click?.id ? null : (data.clickId ?? null);
  conversion.offerId = place?.offerId ?? null;
  conversion.partnerId = place?.partnerId ?? null;
  conversion.campaignId = place?.campaignId ?? null;
  conversion.country = click?.country ?? null;
  conversion.device = click?.device ?? null;
  conversion.os = click?.os ?? null;
  conversion.browser = click?.browser ?? null;
  conversion.asReported = place ? null : asReported(data);
  conversion.status = statusOf(context);
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
