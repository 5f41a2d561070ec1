import type { ConversionStatus } from '@tallyback/protocol';
import { Column, Entity, Index } from 'typeorm';
import { CurrencyColumn, IdColumn, IdPrimaryColumn, JsonColumn, TextColumn, TimeColumn } from '../storage/columns.js';
import type { Caps } from './caps.js';
import type { CatalogStatus, ConversionWindow, DeepLinks, DuplicatePolicy } from './catalog.js';
import type { AttributionModel, Coupon } from './coupon.js';
import type { PayoutRule } from './payout-rule.js';

/** What is sold: where its clicks go, what a conversion pays, under which policy it counts. */
@Entity('tallyback_offers')
@Index('tallyback_offers_key', ['key'], { unique: true })
export class Offer {
  @IdPrimaryColumn() id: string;
  @TextColumn('key', 64) key: string;
  @IdColumn('advertiser_id') advertiserId: string;
  @TextColumn('name', 200) name: string;
  @TextColumn('status', 16) status: CatalogStatus;
  /** URL template of the landing page. */
  @TextColumn('destination', 2048) destination: string;
  /** Pages that click URLs may ask for; null: none. */
  @JsonColumn('deep_links', { nullable: true }) deepLinks: DeepLinks | null;
  /** From when on visitors go elsewhere, RFC 3339; null: never. */
  @TextColumn('expires_at', 32, { nullable: true }) expiresAt: string | null;
  @CurrencyColumn('currency') currency: string;
  @JsonColumn('payout') payout: PayoutRule[];
  /** Events that count; null: any. */
  @JsonColumn('events', { nullable: true }) events: string[] | null;
  @JsonColumn('duplicates') duplicates: Record<string, DuplicatePolicy>;
  @JsonColumn('conversion_window') window: ConversionWindow;
  @JsonColumn('caps') caps: Caps;
  /** Which click counts when a conversion names none and its customer has several. */
  @TextColumn('attribution', 8) attribution: AttributionModel;
  /** Codes that attribute conversions without a click. */
  @JsonColumn('coupons') coupons: Coupon[];
  @TextColumn('default_status', 16) defaultStatus: ConversionStatus;
  @Column({ name: 'allow_payout_override', type: 'boolean' }) allowPayoutOverride: boolean;
  /** Whether a manual decision may take a conversion's revenue below zero. */
  @Column({ name: 'allow_negative', type: 'boolean' }) allowNegative: boolean;
  /** Whether `payout` in a classic postback is what the advertiser pays (revenue), as most networks mean it. */
  @Column({ name: 'payout_is_revenue', type: 'boolean' }) payoutIsRevenue: boolean;
  /** SHA-256 of what the seed said last, hexadecimal; null for what no seed has named. */
  @TextColumn('seed_fingerprint', 64, { nullable: true }) seedFingerprint: string | null;
  /** Since when it is archived; null while it is in use. */
  @TimeColumn('archived_at', { nullable: true }) archivedAt: number | null;
  @TimeColumn('created_at') createdAt: number;
  @TimeColumn('updated_at') updatedAt: number;
}
