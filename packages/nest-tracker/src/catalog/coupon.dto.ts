import { IsString, Length, Matches } from 'class-validator';
import { IsKey } from './catalog-validators.js';

/** A coupon code of an offer. */
export class CouponDto {
  @IsString()
  @Length(1, 128)
  @Matches(/\S/, { message: 'must not be blank' })
  code: string;
  /** Key of the campaign that gets the conversion. */
  @IsKey() campaign: string;
}
