import { Entity, Index } from 'typeorm';
import { IdPrimaryColumn, TextColumn, TimeColumn } from '../storage/columns.js';

/**
 * What a key may do: `admin` everything, `read` look at everything, `advertiser` and `partner` look at what is theirs, by
 * the few routes that are open to them.
 */
export const ROLES = ['admin', 'read', 'advertiser', 'partner'] as const;
/** The roles that are bound to somebody of the catalog. */
export const OWNERS = ['advertiser', 'partner'] as const;
export type Role = (typeof ROLES)[number];

/** A key that opens management routes; kept as a digest only. */
@Entity('tallyback_api_keys')
@Index('tallyback_api_keys_fingerprint', ['fingerprint'], { unique: true })
export class ApiKey {
  @IdPrimaryColumn() id: string;
  @TextColumn('name', 200) name: string;
  @TextColumn('role', 16) role: Role;
  /** Catalog key of the advertiser or partner that it is bound to; null for the other roles. */
  @TextColumn('subject', 64, { nullable: true }) subject: string | null;
  /** SHA-256 of the key, hexadecimal. The key has 256 random bits, so that a slow hash would protect nothing more. */
  @TextColumn('fingerprint', 64) fingerprint: string;
  /** Its last characters, for people to tell it by. */
  @TextColumn('hint', 8) hint: string;
  @TextColumn('created_by', 96) createdBy: string;
  @TimeColumn('created_at') createdAt: number;
  /** From when on it opens nothing any more; null while there is no such time. */
  @TimeColumn('expires_at', { nullable: true }) expiresAt: number | null;
}
