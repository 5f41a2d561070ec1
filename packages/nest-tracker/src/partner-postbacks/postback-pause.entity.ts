import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TimeColumn } from '../storage/columns.js';

/** A postback that is not delivered for the time being; what it has to tell waits. */
@Entity('tallyback_postback_pauses')
export class PostbackPause {
  /** As in `OutboundPostback.postback`. */
  @PrimaryColumn({ name: 'postback', type: 'varchar', length: 64 }) postback: string;
  @TimeColumn('paused_at') pausedAt: number;
  @Column({ name: 'reason', type: 'text' }) reason: string;
}
