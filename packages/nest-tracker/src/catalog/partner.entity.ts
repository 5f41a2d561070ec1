import { Entity, Index } from 'typeorm';
import { IdPrimaryColumn, JsonColumn, TextColumn, TimeColumn } from '../storage/columns.js';
import type { PartnerCaps } from './caps.js';
import type { KeyedPostback } from './catalog.js';

/** An affiliate or traffic source: earns payouts. */
@Entity('tallyback_partners')
@Index('tallyback_partners_key', ['key'], { unique: true })
export class Partner {
  @IdPrimaryColumn() id: string;
  @TextColumn('key', 64) key: string;
  @TextColumn('name', 200) name: string;
  /** Query parameter of the click URL that carries the partner's own click id. */
  @TextColumn('click_id_parameter', 64) clickIdParameter: string;
  @JsonColumn('postbacks') postbacks: KeyedPostback[];
  @JsonColumn('caps') caps: PartnerCaps;
  /** SHA-256 of what the seed said last, hexadecimal; null for what no seed has named. */
  @TextColumn('seed_fingerprint', 64, { nullable: true }) seedFingerprint: string | null;
  /** Since when it is archived; null while it is in use. */
  @TimeColumn('archived_at', { nullable: true }) archivedAt: number | null;
  @TimeColumn('created_at') createdAt: number;
  @TimeColumn('updated_at') updatedAt: number;
}
