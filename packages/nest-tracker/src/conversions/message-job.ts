import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Change, Decision, Job } from './decision.js';
import type { IntakeRequest, IntakeResult, StepTrace } from './intake.js';
import { occurredAt } from './occurred-at.js';
import { priceUnattributed } from './pricing/price-conversion.js';
import type { RateLookup } from './pricing/rate-lookup.js';
import { deliveryOf, identityOf, type StepContext } from './steps/context.js';
import { STEPS } from './steps/index.js';
import type { StepEnd } from './steps/step.js';
import type { WorkingSet } from './working-set/working-set.js';

/** The steps with the traces of passing them; every message that passes shares one. */
const WAY = STEPS.map(([name, step]) => ({ name, step, passed: { name, outcome: 'passed' } as const }));

/** What a message is judged by, found before its transaction. */
interface Circumstances {
  readonly catalog: CatalogSnapshot;
  readonly rates: RateLookup;
  /** When the message arrived. */
  readonly now: number;
}

/** One message on its way through the named steps. */
export class MessageJob implements Job<IntakeResult> {
  readonly now: number;

  constructor(
    private readonly request: IntakeRequest,
    private readonly circumstances: Circumstances,
  ) {
    this.now = circumstances.now;
  }

  want(known: WorkingSet): void {
    const { intake } = this.request;
    const { type, data } = intake.message;
    const delivery = deliveryOf(intake);
    if (delivery) known.deliveries.want(delivery);
    if (type === 'conversion.updated') known.conversions.wantLocked(identityOf(intake));
    else known.conversions.want(identityOf(intake));
    if (intake.click) known.clicks.put(intake.click);
    if (data.clickId !== undefined) known.expect({ clickId: data.clickId, event: data.event, now: this.now });
    if (data.couponCode !== undefined) this.wantCoupon(known, data.couponCode);
  }

  decide(known: WorkingSet): Decision<IntakeResult> {
    const { intake, alongside } = this.request;
    const steps: StepTrace[] = [];
    const [step, end] = this.runSteps(known, steps);
    const result: IntakeResult =
      'refusal' in end
        ? { accepted: false, refusal: end.refusal, step, steps }
        : { accepted: true, outcome: end.outcome, conversion: end.conversion, step, steps };
    const logged = alongside?.(result);
    if ('refusal' in end) return { result, logged };
    const delivery = deliveryOf(intake);
    const isNew = delivery !== undefined && known.deliveries.get(delivery) === null;
    return {
      result,
      logged,
      change: end.before === undefined ? undefined : this.changeOf(end.before, end.conversion),
      delivery: isNew ? { ...delivery, conversionId: end.conversion.id, at: this.now } : undefined,
    };
  }

  private wantCoupon(known: WorkingSet, code: string): void {
    const { advertiser, message } = this.request.intake;
    const coupon = this.circumstances.catalog.couponOf(advertiser.row.id, code);
    if (!coupon) return;
    const { id: offerId } = coupon.offer.row;
    known.counters.wantFor({ offerId, partnerId: coupon.campaign.row.partnerId, event: message.data.event }, this.now);
  }

  private runSteps(known: WorkingSet, steps: StepTrace[]): readonly [name: string, end: StepEnd] {
    const { intake } = this.request;
    const { catalog, rates, now } = this.circumstances;
    const price = priceUnattributed({});
    const context: StepContext = { intake, known, catalog, rates, now, occurredAt: occurredAt(intake, now), price };
    for (const { name, step, passed } of WAY) {
      const end = step(context);
      if (end) {
        steps.push({ name, outcome: 'ended', detail: 'refusal' in end ? end.refusal.detail : end.outcome });
        return [name, end];
      }
      steps.push(passed);
    }
    throw new Error('The last step of recording a conversion ends it; this line cannot be reached.');
  }

  private changeOf(before: Change['before'], after: Change['after']): Change {
    const { advertiser, sender, message } = this.request.intake;
    return {
      before,
      after,
      at: this.now,
      actor: `advertiser:${advertiser.row.key}`,
      cause: message.type,
      deliveryId: sender.deliveryId ?? null,
    };
  }
}
