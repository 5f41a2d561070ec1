import { IsInt, IsOptional, IsString, Min } from 'class-validator';
import { AMOUNT, IsCurrencyCode } from './catalog-validators.js';

/** Caps of an offer; payouts in its currency. */
export class CapsDto {
  @IsOptional() @IsInt() @Min(0) conversionsPerDay?: number;
  @IsOptional() @IsInt() @Min(0) conversionsPerMonth?: number;
  @IsOptional() @IsInt() @Min(0) conversionsTotal?: number;
  @IsOptional() @IsString(AMOUNT) payoutPerDay?: string;
  @IsOptional() @IsString(AMOUNT) payoutPerMonth?: string;
  @IsOptional() @IsString(AMOUNT) payoutTotal?: string;
}

/** Caps of a partner. */
export class PartnerCapsDto extends CapsDto {
  /** Required with payout caps. */
  @IsOptional() @IsCurrencyCode() currency?: string;
}
