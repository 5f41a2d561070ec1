import type { Step } from './step.js';

/** Without a known click a coupon code says which offer and campaign the conversion belongs to. */
export const findCoupon: Step = (context) => {
  const { intake, catalog } = context;
  const { couponCode } = intake.message.data;
  if (context.offer || couponCode === undefined) return undefined;
  const coupon = catalog.couponOf(intake.advertiser.row.id, couponCode);
  if (!coupon) return undefined;
  const { offer, campaign } = coupon;
  context.offer = offer;
  context.place = { offerId: offer.row.id, campaignId: campaign.row.id, partnerId: campaign.row.partnerId };
  return undefined;
};
