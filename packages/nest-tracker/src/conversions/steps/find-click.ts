import { reportsByCoupon } from './by-coupon.js';
import { refuse, type Step } from './step.js';

/**
 * Finds the click that the message names, with its offer. Only a signed sender may report without a known click: then coupon
 * or customer may say where it belongs. Who is proven otherwise may at least report by a coupon.
 */
export const findClick: Step = (context) => {
  const { intake, known, catalog } = context;
  const { clickId } = intake.message.data;
  const click = clickId === undefined ? null : known.clicks.get(clickId);
  if (!click) {
    if (intake.sender.signed || reportsByCoupon(intake)) return undefined;
    return refuse(
      'click_not_found',
      'There is no click with this id. Send the click id exactly as it came.',
      'clickid',
    );
  }
  if (click.advertiserId !== intake.advertiser.row.id) {
    const detail = `This click belongs to an offer of another advertiser than "${intake.advertiser.row.key}".`;
    return refuse('click_mismatch', detail, 'data.clickId');
  }
  context.click = click;
  const offer = catalog.offersById.get(click.offerId);
  if (!offer) return refuse('offer_inactive', 'The offer of this click is not in the catalog any more.');
  context.offer = offer;
  context.place = click;
  return undefined;
};
