import { type ConversionMessage, formatAmount, isRetryable } from '@tallyback/protocol';
import type { CatalogAdvertiser, CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import { timeOfChange } from '../change-time.js';
import { Conversion } from '../conversion.entity.js';
import type { Decision, Job } from '../decision.js';
import type { Intake } from '../intake.js';
import { priceUnattributed } from '../pricing/price-conversion.js';
import type { RateLookup } from '../pricing/rate-lookup.js';
import { counts } from '../status-machine.js';
import { type StepContext, statusOf } from '../steps/context.js';
import { ATTRIBUTION_STEPS } from '../steps/index.js';
import type { StepEnd } from '../steps/step.js';
import type { WorkingSet } from '../working-set/working-set.js';

/** What became of an unattributed conversion. */
export type AttributionResult =
  | { readonly attributed: true; readonly conversion: Conversion }
  | {
      readonly attributed: false;
      /** Why it stays as it is; undefined when its click or coupon is still not there, or somebody was faster. */
      readonly detail?: string;
      /** Whether only something from outside was missing, such as an exchange rate. */
      readonly again?: boolean;
    };

/**
 * Gives an unattributed conversion to the click or coupon that has appeared since, by the steps that it would have gone
 * through with them: what they refuse stays unattributed. Caps and tiers are those of the time when it was received.
 */
export class AttributionJob implements Job<AttributionResult> {
  /** @param found The conversion as it was when it was looked for; decided on is what stands. */
  constructor(
    private readonly advertiser: CatalogAdvertiser,
    private readonly found: Conversion,
    private readonly circumstances: { readonly catalog: CatalogSnapshot; readonly rates: RateLookup },
    readonly now: number,
  ) {}

  want(known: WorkingSet): void {
    known.conversions.wantLocked(this.found);
    const { claimedClickId, event, receivedAt } = this.found;
    if (claimedClickId !== null) known.expect({ clickId: claimedClickId, event, now: receivedAt });
  }

  decide(known: WorkingSet): Decision<AttributionResult> {
    const before = known.conversions.forChange(this.found);
    // Another process was faster.
    if (before.offerId !== null) return { result: { attributed: false } };
    const { receivedAt: now, occurredAt } = before;
    const price = priceUnattributed({});
    const intake = intakeOf(before, this.advertiser);
    const context: StepContext = { intake, known, ...this.circumstances, now, occurredAt, price };
    for (const [, step] of ATTRIBUTION_STEPS) {
      const end = step(context);
      if (end) return { result: refusedBy(end) };
    }
    if (!context.place) return { result: { attributed: false } };
    const after = attributed(before, context, this.now);
    return {
      result: { attributed: true, conversion: after },
      change: { before, after, at: this.now, actor: 'tracker', cause: 'attribution', deliveryId: null },
    };
  }
}

/** An unattributed conversion as a message once more; its sender had signed, others may not report without a click. */
export function intakeOf(conversion: Conversion, advertiser: CatalogAdvertiser): Intake {
  return { advertiser, sender: { method: 'signature', signed: true }, message: messageOf(conversion) };
}

function refusedBy(end: StepEnd): AttributionResult {
  if (!('refusal' in end)) return { attributed: false, detail: end.outcome };
  const { detail, reason } = end.refusal;
  return { attributed: false, detail, again: isRetryable(reason) };
}

function messageOf(conversion: Conversion): ConversionMessage {
  const { event, transactionId, currency, revenue, asReported, claimedClickId, couponCode, customerId } = conversion;
  const happened = new Date(conversion.occurredAt).toISOString();
  // What no longer counts takes no place under a cap.
  const status = counts(conversion.status) ? asReported?.status : 'rejected';
  return {
    type: 'conversion.created',
    timestamp: happened,
    data: {
      event,
      transactionId,
      occurredAt: happened,
      ...(currency !== null && { revenue: formatAmount(revenue, currency), currency }),
      ...(asReported?.payout !== undefined && { payout: asReported.payout }),
      ...(status !== undefined && { status }),
      ...(claimedClickId !== null && { clickId: claimedClickId }),
      ...(couponCode !== null && { couponCode }),
      ...(customerId !== null && { customerId }),
    },
  };
}

function attributed(before: Conversion, context: StepContext, now: number): Conversion {
  const { click, place, price } = context;
  const changes = {
    ...price,
    clickId: click?.id ?? null,
    offerId: place?.offerId ?? null,
    campaignId: place?.campaignId ?? null,
    partnerId: place?.partnerId ?? null,
    clickedAt: click?.at ?? null,
    country: click?.country ?? null,
    device: click?.device ?? null,
    os: click?.os ?? null,
    browser: click?.browser ?? null,
    status: counts(before.status) ? statusOf(context) : before.status,
    asReported: null,
    updatedAt: timeOfChange(before, now),
  };
  return Object.assign(new Conversion(), before, changes);
}
