import { Column, Entity, Index } from 'typeorm';
import { IdColumn, IdPrimaryColumn, TextColumn, TimeColumn } from '../storage/columns.js';

/**
 * One postback to a partner, or webhook to the host's own systems: what is sent, as it was frozen together with the
 * conversion. What waits, is on its way or was given up has a row in the outbox under the same id; what has none there was
 * delivered.
 */
@Entity('tallyback_outbound_postbacks')
@Index('tallyback_outbound_conversion', ['conversionId'])
@Index('tallyback_outbound_settled', ['postback', 'settledAt'])
export class OutboundPostback {
  /** Also the `webhook-id`. */
  @IdPrimaryColumn() id: string;
  /** Which of its owner's postbacks: id of the partner or campaign, a dot, and its key. Of a webhook: its destination's name. */
  @TextColumn('postback', 64) postback: string;
  /** Key of the webhook, as the log shows it also when there is none of that key any more; null for partners. */
  @TextColumn('webhook', 64, { nullable: true }) webhook: string | null;
  /** Null for webhooks. */
  @IdColumn('partner_id', { nullable: true }) partnerId: string | null;
  @IdColumn('campaign_id', { nullable: true }) campaignId: string | null;
  @IdColumn('conversion_id') conversionId: string;
  /** Event of the conversion; of a webhook: what it tells, such as `conversion.recorded`. */
  @TextColumn('event', 64) event: string;
  /** Status of the conversion that it tells. */
  @TextColumn('status', 16) status: string;
  /** `conversion` or `backfill`; of a webhook also `postback`. */
  @TextColumn('cause', 16) cause: string;
  @TextColumn('method', 8) method: string;
  @Column({ name: 'url', type: 'text' }) url: string;
  @Column({ name: 'body', type: 'text', nullable: true }) body: string | null;
  /** Why it is not sent at all. */
  @Column({ name: 'skipped', type: 'text', nullable: true }) skipped: string | null;
  /** When it was last delivered or given up. */
  @TimeColumn('settled_at', { nullable: true }) settledAt: number | null;
  @Column({ name: 'attempts', type: 'integer', nullable: true }) attempts: number | null;
  /** HTTP status of the last answer. */
  @Column({ name: 'answer_status', type: 'integer', nullable: true }) answerStatus: number | null;
  /** The beginning of the last answer, without secrets. */
  @Column({ name: 'answer', type: 'text', nullable: true }) answer: string | null;
}
