import type { ConversionStatus, LineItem } from '@tallyback/protocol';
import { Entity, Index } from 'typeorm';
import type { FlatPayout } from '../catalog/payout-rule.js';
import {
  CurrencyColumn,
  IdColumn,
  IdPrimaryColumn,
  JsonColumn,
  MinorUnitsColumn,
  TextColumn,
  TimeColumn,
} from '../storage/columns.js';

/** What a message said that only an offer can judge. */
export interface AsReported {
  /** Absent: the offer's default. */
  readonly status?: ConversionStatus;
  /** Decimal amount in the conversion's currency; counts if the offer lets it. */
  readonly payout?: string;
}

/** A counted conversion. Its identity is (advertiser, event, transaction id), held by a unique index. */
@Entity('tallyback_conversions')
@Index('tallyback_conversions_identity', ['advertiserId', 'event', 'transactionId'], { unique: true })
@Index('tallyback_conversions_occurred', ['occurredAt'])
@Index('tallyback_conversions_click', ['clickId'])
@Index('tallyback_conversions_customer', ['advertiserId', 'customerId', 'clickedAt'], {
  where: 'customer_id IS NOT NULL',
})
@Index('tallyback_conversions_unattributed', ['id'], { where: 'offer_id IS NULL' })
export class Conversion {
  @IdPrimaryColumn() id: string;
  @IdColumn('advertiser_id') advertiserId: string;
  @TextColumn('event', 64) event: string;
  @TextColumn('transaction_id', 128) transactionId: string;
  /** Null while unattributed, and when a coupon attributes it. */
  @IdColumn('click_id', { nullable: true }) clickId: string | null;
  /** The click id as it was sent, when no such click is known (yet). */
  @IdColumn('claimed_click_id', { nullable: true }) claimedClickId: string | null;
  /** While it is unattributed: what the message said that only an offer can judge. */
  @JsonColumn('as_reported', { nullable: true }) asReported: AsReported | null;
  /** Null while unattributed. */
  @IdColumn('offer_id', { nullable: true }) offerId: string | null;
  @IdColumn('partner_id', { nullable: true }) partnerId: string | null;
  @IdColumn('campaign_id', { nullable: true }) campaignId: string | null;
  /** Its click's, as are the three that follow: they stay when the click is removed. */
  @TextColumn('country', 2, { nullable: true }) country: string | null;
  @TextColumn('device', 16, { nullable: true }) device: string | null;
  @TextColumn('os', 32, { nullable: true }) os: string | null;
  @TextColumn('browser', 64, { nullable: true }) browser: string | null;
  @TextColumn('status', 16) status: ConversionStatus;
  /** What the advertiser pays, in minor units of `currency`. */
  @MinorUnitsColumn('revenue') revenue: bigint;
  /** What the partner earns, in minor units of `currency`. */
  @MinorUnitsColumn('payout') payout: bigint;
  /** What the payout was computed by; null when there was no rule or the payout came with the message. */
  @JsonColumn('payout_rule', { nullable: true }) payoutRule: FlatPayout | null;
  /** Null only for an unattributed conversion that named no amount. */
  @CurrencyColumn('currency', { nullable: true }) currency: string | null;
  /** Revenue as it was reported, in minor units of `originalCurrency`; null when it was reported in `currency`. */
  @MinorUnitsColumn('original_revenue', { nullable: true }) originalRevenue: bigint | null;
  @CurrencyColumn('original_currency', { nullable: true }) originalCurrency: string | null;
  /** Units of `currency` for one of `originalCurrency`, as a decimal string. */
  @TextColumn('rate', 64, { nullable: true }) rate: string | null;
  @TextColumn('coupon_code', 128, { nullable: true }) couponCode: string | null;
  @TextColumn('customer_id', 128, { nullable: true }) customerId: string | null;
  @JsonColumn('items', { nullable: true }) items: LineItem[] | null;
  @JsonColumn('metadata', { nullable: true }) metadata: Record<string, string | number | boolean | null> | null;
  /** When the click was made; reports by click time use it. */
  @TimeColumn('clicked_at', { nullable: true }) clickedAt: number | null;
  /** When the sender says it happened; when it does not say, the time of arrival. */
  @TimeColumn('occurred_at') occurredAt: number;
  @TimeColumn('received_at') receivedAt: number;
  @TimeColumn('updated_at') updatedAt: number;
}
