import { Entity, Index } from 'typeorm';
import { IdColumn, IdPrimaryColumn, TextColumn, TimeColumn } from '../storage/columns.js';
import type { SecretKind, SecretSource } from './catalog.js';

/**
 * One thing an advertiser may prove itself by. Several may be active, and any one proves. What has been revoked or has
 * run out stays as a row without its value: a seed that still lists it must not bring it back.
 */
@Entity('tallyback_advertiser_secrets')
@Index('tallyback_advertiser_secrets_identity', ['advertiserId', 'fingerprint'], { unique: true })
export class AdvertiserSecret {
  @IdPrimaryColumn() id: string;
  @IdColumn('advertiser_id') advertiserId: string;
  @TextColumn('kind', 16) kind: SecretKind;
  /** SHA-256 of the value, hexadecimal. */
  @TextColumn('fingerprint', 64) fingerprint: string;
  /**
   * The `whsec_` secret in clear, because an HMAC needs it, or the `whpk_` key; never returned by any route. Null for a
   * token, whose fingerprint is all that is needed, and for what has been revoked.
   */
  @TextColumn('value', 128, { nullable: true }) value: string | null;
  /** Its last characters, for people to tell it by. */
  @TextColumn('hint', 8) hint: string;
  @TextColumn('source', 16) source: SecretSource;
  @TimeColumn('created_at') createdAt: number;
  /** From when on it proves nothing any more; null while there is no such time. */
  @TimeColumn('expires_at', { nullable: true }) expiresAt: number | null;
}
