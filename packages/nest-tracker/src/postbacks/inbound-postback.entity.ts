import type { Outcome, Reason } from '@tallyback/protocol';
import { Column, Entity, Index } from 'typeorm';
import { IdColumn, IdPrimaryColumn, TextColumn, TimeColumn } from '../storage/columns.js';

/** One inbound request that named an advertiser, a click or a campaign, with what became of it and why. */
@Entity('tallyback_inbound_postbacks')
@Index('tallyback_inbound_click', ['clickId'])
@Index('tallyback_inbound_transaction', ['transactionId'])
export class InboundPostback {
  @IdPrimaryColumn() id: string;
  @TimeColumn('received_at') receivedAt: number;
  @TextColumn('method', 8) method: string;
  @TextColumn('path', 512) path: string;
  /** Raw query with tokens and signatures blanked out. */
  @Column({ name: 'query', type: 'text', nullable: true }) query: string | null;
  /** Raw body, size-bounded. */
  @Column({ name: 'body', type: 'text', nullable: true }) body: string | null;
  /** Key of the advertiser that was named or found. */
  @TextColumn('advertiser', 64, { nullable: true }) advertiser: string | null;
  /** Key of the campaign that was named. */
  @TextColumn('campaign', 64, { nullable: true }) campaign: string | null;
  /** Click id as it was sent. */
  @TextColumn('click_id', 64, { nullable: true }) clickId: string | null;
  @TextColumn('transaction_id', 128, { nullable: true }) transactionId: string | null;
  /** The sender's `webhook-id` or `tb_id`; for an item of a batch `<webhook-id>.<index>`. */
  @TextColumn('delivery_id', 72, { nullable: true }) deliveryId: string | null;
  /** How the sender proved who it is; null when it did not. */
  @TextColumn('sender', 16, { nullable: true }) sender: string | null;
  @TextColumn('outcome', 16) outcome: Outcome;
  @TextColumn('reason', 32, { nullable: true }) reason: Reason | null;
  /** HTTP status that was answered. */
  @Column({ name: 'status', type: 'integer' }) status: number;
  /** The step that ended the request. */
  @TextColumn('step', 32) step: string;
  @TextColumn('field', 128, { nullable: true }) field: string | null;
  @Column({ name: 'detail', type: 'text', nullable: true }) detail: string | null;
  @IdColumn('conversion_id', { nullable: true }) conversionId: string | null;
  @TextColumn('ip', 45, { nullable: true }) ip: string | null;
}
