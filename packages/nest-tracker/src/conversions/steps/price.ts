import { In, MoreThanOrEqual } from 'typeorm';
import type { TieredPayout } from '../../catalog/payout-rule.js';
import { Conversion } from '../conversion.entity.js';
import { chooseRule } from '../pricing/choose-rule.js';
import { priceConversion, priceUnattributed } from '../pricing/price-conversion.js';
import { periodStart } from '../pricing/tiers.js';
import type { Step, StepContext } from './step.js';

/** Works out revenue and payout. A payout in the message counts only when it is signed and the offer allows it. */
export const price: Step = async (context) => {
  const { intake, offer, click, catalog, rates } = context;
  const { data } = intake.message;
  if (!offer || !click) {
    context.price = priceUnattributed(data);
    return undefined;
  }
  const { partner, campaign } = catalog.keysOf(click);
  const scope = { event: data.event, ...(partner !== null && { partner }), ...(campaign !== null && { campaign }) };
  const rule = chooseRule(offer.row.payout, scope);
  const volume = rule?.kind === 'tiers' ? await volumeOf(context, rule, rule.event) : 0n;
  const { signed } = intake.sender;
  const priced = priceConversion(data, { offer: offer.row, scope, signed, rates, volume: () => volume });
  if (!priced.ok) return { refusal: priced.refusal };
  context.price = priced.price;
  return undefined;
};

/** What the click's partner has brought to the offer so far. */
async function volumeOf(context: StepContext, { by, period }: TieredPayout, event?: string): Promise<bigint> {
  const { manager, click, now } = context;
  const counted = {
    offerId: click?.offerId ?? '',
    partnerId: click?.partnerId ?? '',
    status: In(['pending', 'approved']),
    receivedAt: MoreThanOrEqual(periodStart(period, now)),
    ...(event !== undefined && { event }),
  };
  if (by === 'conversions') return BigInt(await manager.countBy(Conversion, counted));
  return BigInt((await manager.sum(Conversion, 'revenue' as never, counted)) ?? 0);
}
