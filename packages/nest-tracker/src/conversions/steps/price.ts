import type { PayoutScope, TieredPayout } from '../../catalog/payout-rule.js';
import { chooseRule } from '../pricing/choose-rule.js';
import { priceConversion, priceUnattributed } from '../pricing/price-conversion.js';
import { pairScope } from '../working-set/counter-keys.js';
import type { Step, StepContext } from './step.js';

/** Works out revenue and payout. A payout in the message counts only when it is signed and the offer allows it. */
export const price: Step = (context) => {
  const { intake, offer, place, catalog, rates } = context;
  const { data } = intake.message;
  if (!offer || !place) {
    context.price = priceUnattributed(data);
    return undefined;
  }
  const { partner, campaign } = catalog.keysOf({ ...place, advertiserId: offer.row.advertiserId });
  const scope = { event: data.event, ...(partner !== null && { partner }), ...(campaign !== null && { campaign }) };
  const rule = chooseRule(offer.row.payout, scope);
  const volume = rule?.kind === 'tiers' ? volumeOf(context, rule) : 0n;
  const { signed } = intake.sender;
  const priced = priceConversion(data, { offer: offer.row, scope, signed, rates, volume: () => volume });
  if (!priced.ok) return { refusal: priced.refusal };
  context.price = priced.price;
  return undefined;
};

/** What the partner has brought to the offer so far; of one event, when the rule is for one. */
function volumeOf({ known, place, offer, now }: StepContext, rule: TieredPayout & PayoutScope): bigint {
  if (!place || !offer) return 0n;
  const scope = pairScope(place.offerId, place.partnerId, rule.event);
  if (rule.by === 'conversions') return known.counters.conversions(scope, rule.period, now);
  return known.counters.totals(scope, rule.period, now, offer.row.currency).revenue;
}
