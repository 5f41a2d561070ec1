import { type AcceptedOutcome, MoneyError, parseAmount } from '@tallyback/protocol';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Refusal } from '../http/problem-reply.js';
import { changeConversion } from './change-conversion.js';
import type { Conversion } from './conversion.entity.js';
import type { Decision, Job } from './decision.js';
import type { ManualDecision } from './manual-decision.js';
import { noRates } from './pricing/rate-lookup.js';
import type { WorkingSet } from './working-set/working-set.js';

/** What became of a manual decision. */
export type DecisionResult =
  | { readonly accepted: true; readonly outcome: AcceptedOutcome; readonly conversion: Conversion }
  | { readonly accepted: false; readonly refusal: Refusal };

/** A person's decision about a conversion, by the same rules as a message of its advertiser. */
export class DecisionJob implements Job<DecisionResult> {
  /** @param found The conversion as it was when it was looked up; decided on is what stands. */
  constructor(
    private readonly found: Conversion,
    private readonly decision: ManualDecision,
    private readonly actor: string,
    private readonly catalog: CatalogSnapshot,
    readonly now: number,
  ) {}

  want(known: WorkingSet): void {
    known.conversions.wantLocked(this.found);
  }

  decide(known: WorkingSet): Decision<DecisionResult> {
    const { found, decision, catalog, now } = this;
    const { status, revenue, currency: given, reason } = decision;
    const before = known.conversions.forChange(found);
    const currency = given ?? before.originalCurrency ?? before.currency ?? undefined;
    const fault = revenue === undefined ? undefined : revenueFault(revenue, currency);
    if (fault) return { result: { accepted: false, refusal: fault } };
    const change = { status, revenue, currency };
    const terms = { catalog, now, rates: noRates, signed: false };
    const end = changeConversion(change, terms, before, 'replace');
    if ('refusal' in end) return { result: { accepted: false, refusal: end.refusal } };
    const { outcome, conversion: after } = end;
    const result = { accepted: true, outcome, conversion: after } as const;
    if (outcome !== 'updated') return { result };
    const entry = { at: now, actor: this.actor, cause: 'decision', deliveryId: null, note: reason ?? null };
    return { result, change: { before, after, ...entry } };
  }
}

function revenueFault(revenue: string, currency: string | undefined): Refusal | undefined {
  if (currency === undefined) {
    const detail = 'The conversion has no currency yet; name one with the revenue.';
    return { reason: 'missing_field', detail, field: 'currency' };
  }
  try {
    parseAmount(revenue, currency);
    return undefined;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    return { reason: 'invalid_field', detail: `revenue: ${error.message}.`, field: 'revenue' };
  }
}
