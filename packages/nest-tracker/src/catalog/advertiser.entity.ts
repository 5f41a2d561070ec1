import { Entity, Index } from 'typeorm';
import type { CompatSettings } from '../compat/compat-settings.js';
import type { RateLimit } from '../postbacks/senders/rate-limiter.js';
import { IdPrimaryColumn, JsonColumn, TextColumn, TimeColumn } from '../storage/columns.js';
import type { SenderMethod } from './catalog.js';

/** Owns offers and reports conversions. */
@Entity('tallyback_advertisers')
@Index('tallyback_advertisers_key', ['key'], { unique: true })
export class Advertiser {
  @IdPrimaryColumn() id: string;
  @TextColumn('key', 64) key: string;
  @TextColumn('name', 200) name: string;
  /** How this advertiser's postbacks may prove where they come from; any one suffices. */
  @JsonColumn('accept') accept: SenderMethod[];
  /** Addresses and CIDR ranges. */
  @JsonColumn('ip_allow') ipAllow: string[];
  /** How postbacks in the formats of other networks are read and answered, by the network's name. */
  @JsonColumn('compat') compat: CompatSettings;
  /** How many messages it may send; null: as the module's options say. */
  @JsonColumn('rate_limit', { nullable: true }) rateLimit: RateLimit | null;
  /** SHA-256 of what the seed said last, hexadecimal; null for what no seed has named. */
  @TextColumn('seed_fingerprint', 64, { nullable: true }) seedFingerprint: string | null;
  /** Since when it is archived; null while it is in use. */
  @TimeColumn('archived_at', { nullable: true }) archivedAt: number | null;
  @TimeColumn('created_at') createdAt: number;
  @TimeColumn('updated_at') updatedAt: number;
}
