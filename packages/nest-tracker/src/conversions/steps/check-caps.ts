import { formatAmount, parseAmount } from '@tallyback/protocol';
import type { Caps } from '../../catalog/caps.js';
import { counts } from '../status-machine.js';
import { type CounterScope, offerScope, type Period, partnerScope } from '../working-set/counter-keys.js';
import { type StepContext, statusOf } from './context.js';
import { refuse, type Step, type StepEnd } from './step.js';

/** Whose caps are asked, in words and as the counter. */
interface Capped {
  readonly who: string;
  readonly scope: CounterScope;
  readonly caps: Caps;
  /** Currency of the payout caps. */
  readonly currency: string | undefined;
}

const PERIOD_CAPS = [
  ['day', 'a day', 'conversionsPerDay', 'payoutPerDay'],
  ['month', 'a month', 'conversionsPerMonth', 'payoutPerMonth'],
  ['total', 'altogether', 'conversionsTotal', 'payoutTotal'],
] as const satisfies readonly (readonly [Period, string, keyof Caps, keyof Caps])[];

/**
 * Whether offer and partner still take the conversion in this day, month and altogether (UTC, by time of arrival). A cap
 * is for what counts, approved and pending; what would go beyond it is refused, so a payout cap may refuse a large
 * conversion and take a small one after it.
 */
export const checkCaps: Step = (context) => {
  const { offer, place, catalog } = context;
  if (!offer || !counts(statusOf(context))) return undefined;
  const { id, key, caps, currency } = offer.row;
  const refused = refusedBy(context, { who: `Offer "${key}"`, scope: offerScope(id), caps, currency });
  const partner = place && catalog.partnersById.get(place.partnerId);
  if (refused || !partner) return refused;
  const scope = partnerScope(partner.id);
  return refusedBy(context, {
    who: `Partner "${partner.key}"`,
    scope,
    caps: partner.caps,
    currency: partner.caps.currency,
  });
};

function refusedBy({ known, price, now }: StepContext, { who, scope, caps, currency }: Capped): StepEnd | undefined {
  for (const [period, when, conversionsCap, payoutCap] of PERIOD_CAPS) {
    const most = caps[conversionsCap];
    if (most !== undefined && known.counters.conversions(scope, period, now) >= BigInt(most)) {
      return refuse('cap_reached', `${who} takes ${most} conversions ${when}, and they are reached.`);
    }
    const amount = caps[payoutCap];
    if (amount === undefined || currency === undefined || price.currency !== currency) continue;
    const { payout } = known.counters.totals(scope, period, now, currency);
    if (price.payout === 0n || payout + price.payout <= parseAmount(amount, currency)) continue;
    const spent = `${formatAmount(payout, currency)} are spent and this conversion would pay ${formatAmount(price.payout, currency)}`;
    return refuse('cap_reached', `${who} pays ${amount} ${currency} ${when}; ${spent}.`);
  }
  return undefined;
}
