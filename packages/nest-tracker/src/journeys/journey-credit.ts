import { CREDIT_MODELS, type CreditModel, creditWeights } from './credit-models.js';
import { splitAmount } from './split-amount.js';

/** A touch as far as credit goes. */
export interface CreditedTouch {
  /** The click id. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A conversion as far as credit goes. */
export interface CreditedConversion {
  readonly clickId: string | null;
  readonly occurredAt: number;
  /** Minor units. */
  readonly revenue: bigint;
  readonly payout: bigint;
}

/** How far back touches count, and how fast they fade. */
export interface CreditTerms {
  readonly lookbackMs: number;
  readonly halfLifeMs: number;
}

/** One touch's part of a conversion, by model, in minor units. */
export interface TouchCredit<Touch extends CreditedTouch> {
  readonly touch: Touch;
  readonly shares: Readonly<Record<CreditModel, { readonly revenue: bigint; readonly payout: bigint }>>;
}

/** As many touches share one conversion. */
const MOST_TOUCHES = 100;

/**
 * The touches that led to a conversion: those before it that are not too old, and its own click in any case (the sender's
 * clock may be behind ours). Of more than 100 the first and the newest.
 *
 * @param touches Ascending by time.
 */
export function touchesBefore<Touch extends CreditedTouch>(
  { clickId, occurredAt }: CreditedConversion,
  touches: readonly Touch[],
  { lookbackMs }: CreditTerms,
): readonly Touch[] {
  const path = touches.filter(({ id, at }) => id === clickId || (at <= occurredAt && at > occurredAt - lookbackMs));
  if (path.length <= MOST_TOUCHES) return path;
  const newest = path.length - (MOST_TOUCHES - 2);
  let room = 1;
  return path.filter(({ id }, i) => i === 0 || i >= newest || (id === clickId && room-- > 0));
}

/** What each touch gets of a conversion under every model; the parts sum to its revenue and payout exactly. */
export function creditOf<Touch extends CreditedTouch>(
  conversion: CreditedConversion,
  touches: readonly Touch[],
  terms: CreditTerms,
): TouchCredit<Touch>[] {
  const path = touchesBefore(conversion, touches, terms);
  if (path.length === 0) return [];
  const times = path.map(({ at }) => at);
  const splits = CREDIT_MODELS.map((model) => {
    const weights = creditWeights(model, times, terms.halfLifeMs);
    return [model, splitAmount(conversion.revenue, weights), splitAmount(conversion.payout, weights)] as const;
  });
  return path.map((touch, i) => ({
    touch,
    shares: Object.fromEntries(
      splits.map(([model, revenue, payout]) => [model, { revenue: revenue[i] ?? 0n, payout: payout[i] ?? 0n }]),
    ) as TouchCredit<Touch>['shares'],
  }));
}
