import { Column, Entity, Index } from 'typeorm';
import { IdPrimaryColumn, JsonColumn, TextColumn, TimeColumn } from '../storage/columns.js';
import type { WebhookEvent } from './webhook.js';

/** An address of the host's own systems that is told what happens. */
@Entity('tallyback_webhooks')
@Index('tallyback_webhooks_key', ['key'], { unique: true })
export class Webhook {
  @IdPrimaryColumn() id: string;
  @TextColumn('key', 64) key: string;
  @TextColumn('url', 2048) url: string;
  @JsonColumn('events') events: WebhookEvent[];
  /** `whsec_` secret that everything is signed with. */
  @TextColumn('secret', 128) secret: string;
  /** Whether plain `http:` is allowed. */
  @Column({ name: 'allow_http', type: 'boolean' }) allowHttp: boolean;
  /** SHA-256 of what the seed said last, hexadecimal; null for what no seed has named. */
  @TextColumn('seed_fingerprint', 64, { nullable: true }) seedFingerprint: string | null;
  @TimeColumn('created_at') createdAt: number;
  @TimeColumn('updated_at') updatedAt: number;
}
