/** A coupon code that brings a partner's campaign the conversions that have no click. */
export interface Coupon {
  /** Capitals and small letters are the same; one code belongs to one offer of an advertiser. */
  readonly code: string;
  /** Key of the campaign that the conversion is counted for, and with it the partner. */
  readonly campaign: string;
}

/** Which of several clicks of one customer a conversion without a click belongs to. */
export const ATTRIBUTION_MODELS = ['last', 'first'] as const;
export type AttributionModel = (typeof ATTRIBUTION_MODELS)[number];

/** What customers type and shops print differ in case and in blanks around it. */
export function couponKey(code: string): string {
  return code.normalize('NFC').trim().toLowerCase();
}
