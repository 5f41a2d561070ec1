import { reportsByCoupon } from './by-coupon.js';
import { refuse, type Step } from './step.js';

/** Without a known click a coupon code says which offer and campaign the conversion belongs to. */
export const findCoupon: Step = (context) => {
  const { intake, catalog } = context;
  const { couponCode } = intake.message.data;
  if (context.offer || couponCode === undefined) return undefined;
  const coupon = catalog.couponOf(intake.advertiser.row.id, couponCode);
  if (!coupon) {
    if (!reportsByCoupon(intake)) return undefined;
    // Only what a signed sender reports is kept until its click or coupon appears.
    const detail = 'The postback names no click, and there is no coupon with this code. Add the coupon to its offer.';
    return refuse('click_not_found', detail, 'data.couponCode');
  }
  const { offer, campaign } = coupon;
  context.offer = offer;
  context.place = { offerId: offer.row.id, campaignId: campaign.row.id, partnerId: campaign.row.partnerId };
  return undefined;
};
