import { IsInt, IsOptional, IsString, Min } from 'class-validator';
import { IsCurrencyCode } from './catalog-validators.js';

/** Caps of an offer; payouts in its currency. */
export class CapsDto {
  @IsOptional() @IsInt() @Min(0) conversionsPerDay?: number;
  @IsOptional() @IsInt() @Min(0) conversionsPerMonth?: number;
  @IsOptional() @IsInt() @Min(0) conversionsTotal?: number;
  @IsOptional() @IsString() payoutPerDay?: string;
  @IsOptional() @IsString() payoutPerMonth?: string;
  @IsOptional() @IsString() payoutTotal?: string;
}

/** Caps of a partner. */
export class PartnerCapsDto extends CapsDto {
  /** Required with payout caps. */
  @IsOptional() @IsCurrencyCode() currency?: string;
}
