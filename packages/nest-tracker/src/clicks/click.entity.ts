import { Column, Entity, Index } from 'typeorm';
import {
  CurrencyColumn,
  IdColumn,
  IdPrimaryColumn,
  JsonColumn,
  MinorUnitsColumn,
  TextColumn,
  TimeColumn,
} from '../storage/columns.js';
import type { TrafficKind } from './traffic-kind.js';

/** One visit through a campaign link. Found by its id; the other indexes serve reports over time and journeys. */
@Entity('tallyback_clicks')
@Index('tallyback_clicks_at', ['at'])
@Index('tallyback_clicks_customer', ['advertiserId', 'customerId', 'id'], { where: 'customer_id IS NOT NULL' })
export class Click {
  /** The click id. */
  @IdPrimaryColumn() id: string;
  @TimeColumn('at') at: number;
  /** Only `click` counts as one; the others redirect and can still be attributed. */
  @TextColumn('kind', 8) kind: TrafficKind;
  /** Known robot: redirected, flagged, never billed. */
  @Column({ name: 'bot', type: 'boolean' }) bot: boolean;
  /** A person's, and the first of its visitor in the campaign on the UTC day. */
  @Column({ name: 'is_unique', type: 'boolean' }) unique: boolean;
  /** Whether the click came over the first-party hop `/o/`. */
  @Column({ name: 'first_party', type: 'boolean' }) firstParty: boolean;
  @IdColumn('campaign_id') campaignId: string;
  @IdColumn('offer_id') offerId: string;
  @IdColumn('partner_id') partnerId: string;
  @IdColumn('advertiser_id') advertiserId: string;
  /** Keyed hash of address and user agent, for counting unique visitors; says nothing without the key. */
  @TextColumn('visitor', 22) visitor: string;
  /** ISO 3166-1 alpha-2 (`DE`), where the module has a `GeoResolver` that knows. */
  @TextColumn('country', 2, { nullable: true }) country: string | null;
  /** `desktop`, `mobile`, `tablet`, `tv` or `bot`. */
  @TextColumn('device', 16, { nullable: true }) device: string | null;
  /** Operating system without its version: `Android`. */
  @TextColumn('os', 32, { nullable: true }) os: string | null;
  /** Browser without its version: `Chrome`. */
  @TextColumn('browser', 64, { nullable: true }) browser: string | null;
  /** What carried the link, as the click URL says by `channel`: `email`, `sms`, `app`, … */
  @TextColumn('channel', 64, { nullable: true }) channel: string | null;
  /** The advertiser's own id of the visitor, as the click URL says by `customer_id`; nobody has proven it. */
  @TextColumn('customer_id', 128, { nullable: true }) customerId: string | null;
  /** The partner's own click id. */
  @TextColumn('external_id', 255, { nullable: true }) externalId: string | null;
  @TextColumn('sub1', 255, { nullable: true }) sub1: string | null;
  @TextColumn('sub2', 255, { nullable: true }) sub2: string | null;
  @TextColumn('sub3', 255, { nullable: true }) sub3: string | null;
  @TextColumn('sub4', 255, { nullable: true }) sub4: string | null;
  @TextColumn('sub5', 255, { nullable: true }) sub5: string | null;
  @TextColumn('sub6', 255, { nullable: true }) sub6: string | null;
  @TextColumn('sub7', 255, { nullable: true }) sub7: string | null;
  @TextColumn('sub8', 255, { nullable: true }) sub8: string | null;
  @TextColumn('sub9', 255, { nullable: true }) sub9: string | null;
  @TextColumn('sub10', 255, { nullable: true }) sub10: string | null;
  /** What the click cost, in minor units of `currency`. */
  @MinorUnitsColumn('cost', { nullable: true }) cost: bigint | null;
  /** The offer's currency at the time of the click. */
  @CurrencyColumn('currency') currency: string;
  /** Address as the privacy setting keeps it (truncated by default). */
  @TextColumn('ip', 45, { nullable: true }) ip: string | null;
  @TextColumn('user_agent', 512, { nullable: true }) userAgent: string | null;
  @TextColumn('referrer', 1024, { nullable: true }) referrer: string | null;
  /** Every other parameter of the click URL, usable as `{query.NAME}`. */
  @JsonColumn('query', { nullable: true }) query: Record<string, string> | null;
}
