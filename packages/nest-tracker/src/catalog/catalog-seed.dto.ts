import type { ConversionStatus } from '@tallyback/protocol';
import { Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { CompatSettings } from '../compat/compat-settings.js';
import { LEARNING_GOALS } from '../rotation/learned-shares.js';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../webhooks/webhook.js';
import { CapsDto, PartnerCapsDto } from './caps.dto.js';
import {
  CATALOG_STATUSES,
  type CatalogStatus,
  type DuplicatePolicy,
  REDIRECT_MODES,
  type RedirectMode,
  ROTATION_MODES,
  type RotationMode,
  SENDER_METHODS,
  type SenderMethod,
} from './catalog.js';
import {
  IsAddressRange,
  IsCurrencyCode,
  IsDestination,
  IsEvent,
  IsHostPattern,
  IsKey,
  IsPostbackKey,
  IsPublicKey,
  IsSecret,
  IsTime,
  IsWebUrl,
} from './catalog-validators.js';
import { CouponDto } from './coupon.dto.js';
import { ATTRIBUTION_MODELS, type AttributionModel } from './coupon.js';
import { PayoutRuleDto } from './payout-rule.dto.js';

const TEN_YEARS_IN_SECONDS = 315_360_000;

/** How many messages an advertiser may send. */
export class RateLimitDto {
  @IsNumber({ allowNaN: false, allowInfinity: false }) @Min(0.001) @Max(1_000_000) perSecond: number;
  @IsOptional() @IsInt() @Min(1) @Max(1_000_000) burst?: number;
}

/** An advertiser as the seed and the management routes write it. */
export class AdvertiserDto {
  @IsKey() key: string;
  @IsOptional() @IsString() @Length(1, 200) name?: string;
  /** Default `["signature"]`. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(SENDER_METHODS, { each: true })
  accept?: SenderMethod[];
  @IsOptional() @IsArray() @ArrayMaxSize(8) @IsSecret({ each: true }) secrets?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(8) @IsPublicKey({ each: true }) publicKeys?: string[];
  @IsOptional() @IsString() @Length(1, 256) token?: string;
  @IsOptional() @IsArray() @ArrayMaxSize(256) @IsAddressRange({ each: true }) ipAllow?: string[];
  /** Default: as the module's options say. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => RateLimitDto) rateLimit?: RateLimitDto;
  /** Settings of `/compat` routes by network; checked as a whole by `compatFaults`. */
  @Allow() compat?: CompatSettings;
}

/** Seconds from click to conversion. */
export class ConversionWindowDto {
  @IsOptional() @IsInt() @Min(0) @Max(TEN_YEARS_IN_SECONDS) minSeconds?: number;
  @IsOptional() @IsInt() @Min(0) @Max(TEN_YEARS_IN_SECONDS) maxSeconds?: number;
}

/** Pages that click URLs may ask for. */
export class DeepLinksDto {
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(100) @IsHostPattern({ each: true }) hosts: string[];
}

/** An offer. */
export class OfferDto {
  @IsKey() key: string;
  /** Key of the advertiser. */
  @IsKey() advertiser: string;
  @IsOptional() @IsString() @Length(1, 200) name?: string;
  @IsOptional() @IsIn(CATALOG_STATUSES) status?: CatalogStatus;
  @IsDestination() destination: string;
  /** Pages that click URLs may ask for by `to` or `url`. Absent: none. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => DeepLinksDto) deepLinks?: DeepLinksDto;
  /** From when on visitors go to the campaign's other offers or its fallback. */
  @IsOptional() @IsTime() expiresAt?: string;
  @IsCurrencyCode() currency: string;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => PayoutRuleDto) payout?: PayoutRuleDto[];
  /** Absent: any event. */
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayUnique() @IsEvent({ each: true }) events?: string[];
  /** Policy by event; default `ignore`. */
  @IsOptional() @IsObject() duplicates?: Record<string, DuplicatePolicy>;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => ConversionWindowDto) window?: ConversionWindowDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => CapsDto) caps?: CapsDto;
  /** Status of a conversion whose message names none. Default `approved`. */
  @IsOptional() @IsIn(['pending', 'approved', 'rejected']) defaultStatus?: ConversionStatus;
  @IsOptional() @IsBoolean() allowPayoutOverride?: boolean;
  /** Whether a manual decision may take a conversion's revenue below zero. Default false. */
  @IsOptional() @IsBoolean() allowNegative?: boolean;
  /** Which click of a customer counts for a conversion that names none. Default `last`. */
  @IsOptional() @IsIn(ATTRIBUTION_MODELS) attribution?: AttributionModel;
  /** Codes that attribute conversions without a click. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10_000)
  @ValidateNested({ each: true })
  @Type(() => CouponDto)
  coupons?: CouponDto[];
  /** `payout` in a classic postback means revenue, as most networks use it. Default false. */
  @IsOptional() @IsBoolean() payoutIsRevenue?: boolean;
}

/** A URL the partner wants to be told at. */
export class PartnerPostbackDto {
  @IsOptional() @IsPostbackKey() key?: string;
  @IsString() @Length(8, 2048) url: string;
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsEvent({ each: true }) on?: string[];
  /** Default `["approved"]`. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @IsIn(['pending', 'approved', 'rejected', 'refunded'], { each: true })
  status?: string[];
  @IsOptional() @IsIn(['GET', 'POST']) method?: 'GET' | 'POST';
  /** Checked as a whole by `postbackFaults`. */
  @IsOptional() @IsObject() body?: { json: string | object } | { form: Record<string, string> };
  @IsOptional() @IsString() @Length(1, 64) dialect?: string;
  @IsOptional() @IsBoolean() allowHttp?: boolean;
  @IsOptional() @IsSecret() secret?: string;
}

/** A partner. */
export class PartnerDto {
  @IsKey() key: string;
  @IsOptional() @IsString() @Length(1, 200) name?: string;
  /** Default `external_id`. */
  @IsOptional() @IsString() @Length(1, 64) clickIdParameter?: string;
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => PartnerPostbackDto)
  postbacks?: PartnerPostbackDto[];
  @IsOptional() @IsObject() @ValidateNested() @Type(() => PartnerCapsDto) caps?: PartnerCapsDto;
}

/** An offer's share of a campaign. */
export class CampaignOfferDto {
  @IsKey() offer: string;
  /** Default 1. */
  @IsOptional() @IsInt() @Min(0) @Max(1_000_000) weight?: number;
}

/** What `rotation: 'thompson'` learns by. */
export class LearningDto {
  /** What a click is to bring. Default `conversions`. */
  @IsOptional() @IsIn(LEARNING_GOALS) goal?: (typeof LEARNING_GOALS)[number];
  /** Days after which what was seen counts half. Default 14. */
  @IsOptional() @IsInt() @Min(1) @Max(365) halfLifeDays?: number;
  /** Share that every offer keeps, so that it can surprise. Default 0.02. */
  @IsOptional() @IsNumber() @Min(0) @Max(0.5) minimumShare?: number;
}

/** A campaign. */
export class CampaignDto {
  @IsKey() key: string;
  @IsKey() partner: string;
  @IsOptional() @IsString() @Length(1, 200) name?: string;
  @IsOptional() @IsIn(CATALOG_STATUSES) status?: CatalogStatus;
  @IsArray() @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => CampaignOfferDto) offers: CampaignOfferDto[];
  /** Default 302. */
  @IsOptional() @IsIn(REDIRECT_MODES) redirect?: RedirectMode;
  /** Whether the same visitor gets the same offer on a day. Default false. */
  @IsOptional() @IsBoolean() sticky?: boolean;
  /** `thompson`: visitors go where they bring most, learned from clicks and conversions. Default `weighted`. */
  @IsOptional() @IsIn(ROTATION_MODES) rotation?: RotationMode;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LearningDto) learning?: LearningDto;
  @IsOptional() @IsWebUrl() fallbackUrl?: string;
  /** Instead of the partner's own, for conversions of this campaign. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => PartnerPostbackDto)
  postbacks?: PartnerPostbackDto[];
}

/** An address of the host's own systems that is told what happens. */
export class WebhookDto {
  @IsKey() key: string;
  /** Checked as a whole by `webhookFaults`. */
  @IsString() @Length(8, 2048) url: string;
  /** Default: all. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(WEBHOOK_EVENTS, { each: true })
  events?: WebhookEvent[];
  @IsSecret() secret: string;
  @IsOptional() @IsBoolean() allowHttp?: boolean;
}

/** A whole catalog, as in `forRoot({ seed })` and the seed file. */
export class CatalogSeed {
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => AdvertiserDto) advertisers?: AdvertiserDto[];
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => OfferDto) offers?: OfferDto[];
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => PartnerDto) partners?: PartnerDto[];
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => CampaignDto) campaigns?: CampaignDto[];
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => WebhookDto) webhooks?: WebhookDto[];
}
