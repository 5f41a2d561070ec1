import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { AMOUNT, IsEvent, IsKey, IsPercent, IsTierStart } from './catalog-validators.js';
import { type PayoutRule, TIER_MEASURES, TIER_PERIODS, type TierMeasure, type TierPeriod } from './payout-rule.js';

/** What is paid from a volume on: one of `amount` and `percent`. */
export class PayoutTierDto {
  /** Conversions, or a decimal amount of revenue. The first tier begins at 0. */
  @IsTierStart() from: string | number;
  @IsOptional() @IsString(AMOUNT) amount?: string;
  @IsOptional() @IsPercent() percent?: string;
}

/** One payout rule. */
export class PayoutRuleDto {
  @IsOptional() @IsEvent() event?: string;
  /** Key of the partner it is for. */
  @IsOptional() @IsKey() partner?: string;
  /** Key of the campaign it is for. */
  @IsOptional() @IsKey() campaign?: string;
  @IsIn(['fixed', 'percent', 'tiers']) kind: 'fixed' | 'percent' | 'tiers';
  @ValidateIf((rule: PayoutRuleDto) => rule.kind === 'fixed') @IsString(AMOUNT) amount?: string;
  @ValidateIf((rule: PayoutRuleDto) => rule.kind === 'percent') @IsPercent() percent?: string;
  /** What the volume is measured in. Default `conversions`. */
  @IsOptional() @IsIn(TIER_MEASURES) by?: TierMeasure;
  /** Default `month`. */
  @IsOptional() @IsIn(TIER_PERIODS) period?: TierPeriod;
  @ValidateIf((rule: PayoutRuleDto) => rule.kind === 'tiers')
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => PayoutTierDto)
  tiers?: PayoutTierDto[];
}

/** A rule as it is stored: defaults filled in, only what its kind needs. */
export function payoutRuleOf(rule: PayoutRuleDto): PayoutRule {
  const { event, partner, campaign, kind, amount = '', percent = '', by, period, tiers = [] } = rule;
  const scope = {
    ...(event !== undefined && { event }),
    ...(partner !== undefined && { partner }),
    ...(campaign !== undefined && { campaign }),
  };
  if (kind === 'fixed') return { ...scope, kind, amount };
  if (kind === 'percent') return { ...scope, kind, percent };
  return {
    ...scope,
    kind,
    by: by ?? 'conversions',
    period: period ?? 'month',
    tiers: tiers.map((tier) => ({
      from: String(tier.from),
      ...(tier.amount === undefined ? { percent: tier.percent ?? '0' } : { amount: tier.amount }),
    })),
  };
}
