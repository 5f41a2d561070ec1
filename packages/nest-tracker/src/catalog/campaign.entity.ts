import { Column, Entity, Index } from 'typeorm';
import type { Learning } from '../rotation/learned-shares.js';
import { IdColumn, IdPrimaryColumn, JsonColumn, TextColumn, TimeColumn } from '../storage/columns.js';
import type { CampaignOffer, CatalogStatus, KeyedPostback, RedirectMode, RotationMode } from './catalog.js';

/** A partner's traffic to one or more offers; owns the click URL `/c/<key>`. */
@Entity('tallyback_campaigns')
@Index('tallyback_campaigns_key', ['key'], { unique: true })
export class Campaign {
  @IdPrimaryColumn() id: string;
  @TextColumn('key', 64) key: string;
  @TextColumn('name', 200) name: string;
  @TextColumn('status', 16) status: CatalogStatus;
  @IdColumn('partner_id') partnerId: string;
  /** Offers by key with their share of the traffic. */
  @JsonColumn('offers') offers: CampaignOffer[];
  @JsonColumn('redirect') redirect: RedirectMode;
  /** Whether the same visitor gets the same offer on a day. */
  @Column({ name: 'sticky', type: 'boolean' }) sticky: boolean;
  /** `weighted`: by the offers' weights; `thompson`: by what they have brought. */
  @TextColumn('rotation', 16) rotation: RotationMode;
  /** What `thompson` learns by; null: the defaults. */
  @JsonColumn('learning', { nullable: true }) learning: Learning | null;
  /** Instead of the partner's; null: the partner's apply. */
  @JsonColumn('postbacks', { nullable: true }) postbacks: KeyedPostback[] | null;
  /** Where visitors go while the campaign is paused or none of its offers takes visitors. */
  @TextColumn('fallback_url', 2048, { nullable: true }) fallbackUrl: string | null;
  /** SHA-256 of what the seed said last, hexadecimal; null for what no seed has named. */
  @TextColumn('seed_fingerprint', 64, { nullable: true }) seedFingerprint: string | null;
  /** Since when it is archived; null while it is in use. */
  @TimeColumn('archived_at', { nullable: true }) archivedAt: number | null;
  @TimeColumn('created_at') createdAt: number;
  @TimeColumn('updated_at') updatedAt: number;
}
