import type { Intake } from '../intake.js';

/**
 * Whether an unsigned message names no click but a coupon, and comes from a sender that is proven all the same: whoever may
 * only know a click (`none`) knows nothing here.
 */
export function reportsByCoupon({ sender, message }: Intake): boolean {
  const { clickId, couponCode } = message.data;
  return !sender.signed && sender.method !== 'none' && clickId === undefined && couponCode !== undefined;
}
