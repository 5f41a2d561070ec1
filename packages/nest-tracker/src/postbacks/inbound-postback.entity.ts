import type { Outcome, Reason } from '@tallyback/protocol';
import { Column, Entity, Index } from 'typeorm';
import { IdColumn, IdPrimaryColumn, TextColumn, TimeColumn } from '../storage/columns.js';

/** One inbound request that named an advertiser, a click or a campaign, with what became of it and why. */
@Entity('tallyback_inbound_postbacks')
@Index('tallyback_inbound_click', ['clickId'])
@Index('tallyback_inbound_transaction', ['transactionId'])
@Index('tallyback_inbound_conversion', ['conversionId'])
export class InboundPostback {
  /** Its time is when the row was made. */
  @IdPrimaryColumn() id: string;
  /** When the request arrived; a replay has the time of the request that it replays. */
  @TimeColumn('received_at') receivedAt: number;
  @TextColumn('method', 8) method: string;
  /** Path as on the request line, with credentials blanked out. */
  @TextColumn('path', 512) path: string;
  /** Raw query with tokens and signatures blanked out. */
  @Column({ name: 'query', type: 'text', nullable: true }) query: string | null;
  /** Body as text, size-bounded, with tokens blanked out. */
  @Column({ name: 'body', type: 'text', nullable: true }) body: string | null;
  @TextColumn('content_type', 128, { nullable: true }) contentType: string | null;
  @TextColumn('user_agent', 512, { nullable: true }) userAgent: string | null;
  /** The sender's `webhook-timestamp`, unix seconds as sent. */
  @TextColumn('signed_at', 20, { nullable: true }) signedAt: string | null;
  /** `webhook-signature` or `tb_sig` where it proved nothing: a replay needs it to prove the sender again. Never shown. */
  @Column({ name: 'signature', type: 'text', nullable: true }) signature: string | null;
  /** Whether path, query and body stand here whole, but for what was blanked out. */
  @Column({ name: 'whole', type: 'boolean' }) whole: boolean;
  /** Whether a token or another secret was blanked out. */
  @Column({ name: 'redacted', type: 'boolean' }) redacted: boolean;
  /** Key of the advertiser that was named or found. */
  @TextColumn('advertiser', 64, { nullable: true }) advertiser: string | null;
  /** Key of the campaign that was named. */
  @TextColumn('campaign', 64, { nullable: true }) campaign: string | null;
  /** Click id as it was sent. */
  @TextColumn('click_id', 64, { nullable: true }) clickId: string | null;
  @TextColumn('transaction_id', 128, { nullable: true }) transactionId: string | null;
  /** The sender's `webhook-id` or `tb_id`. */
  @TextColumn('delivery_id', 72, { nullable: true }) deliveryId: string | null;
  /** How the sender proved who it is, `operator` where one answered for it; null when it did not. */
  @TextColumn('sender', 16, { nullable: true }) sender: string | null;
  @TextColumn('outcome', 16) outcome: Outcome;
  @TextColumn('reason', 32, { nullable: true }) reason: Reason | null;
  /** HTTP status that was answered. */
  @Column({ name: 'status', type: 'integer' }) status: number;
  /** The step that ended the request. */
  @TextColumn('step', 32) step: string;
  /** Names of all steps on its way, in order, with a space between; the last one ended it. */
  @Column({ name: 'steps', type: 'text' }) steps: string;
  @TextColumn('field', 128, { nullable: true }) field: string | null;
  @Column({ name: 'detail', type: 'text', nullable: true }) detail: string | null;
  @IdColumn('conversion_id', { nullable: true }) conversionId: string | null;
  /** The row of the request that this one replayed. */
  @IdColumn('replay_of', { nullable: true }) replayOf: string | null;
  @TextColumn('ip', 45, { nullable: true }) ip: string | null;
  /** Requests like this one that came in the same minute and have no rows of their own. */
  @Column({ name: 'repeats', type: 'integer' }) repeats: number;
}
