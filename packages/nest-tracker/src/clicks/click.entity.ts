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

/** One visit through a campaign link. Found by its id; the only other index serves reports over time. */
@Entity('tallyback_clicks')
@Index('tallyback_clicks_at', ['at'])
export class Click {
  /** The click id. */
  @IdPrimaryColumn() id: string;
  @TimeColumn('at') at: number;
  /** Only `click` counts as one; the others redirect and can still be attributed. */
  @TextColumn('kind', 8) kind: TrafficKind;
  /** Known robot: redirected, flagged, never billed. */
  @Column({ name: 'bot', type: 'boolean' }) bot: boolean;
  /** Whether the click came over the first-party hop `/o/`. */
  @Column({ name: 'first_party', type: 'boolean' }) firstParty: boolean;
  @IdColumn('campaign_id') campaignId: string;
  @IdColumn('offer_id') offerId: string;
  @IdColumn('partner_id') partnerId: string;
  @IdColumn('advertiser_id') advertiserId: string;
  /** Keyed hash of address and user agent, for counting unique visitors; says nothing without the key. */
  @TextColumn('visitor', 22) visitor: string;
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
