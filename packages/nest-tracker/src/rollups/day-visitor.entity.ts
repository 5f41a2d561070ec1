import { Entity, PrimaryColumn } from 'typeorm';

/** A visitor who has been in a campaign on a UTC day; kept for as long as others may come on the same day. */
@Entity('tallyback_day_visitors', { withoutRowid: true })
export class DayVisitor {
  /** Counted from the epoch; first in the key, so that new rows go where the newest are. */
  @PrimaryColumn({ name: 'day', type: 'integer' }) day: number;
  @PrimaryColumn({ name: 'campaign_id', type: 'varchar', length: 26 }) campaignId: string;
  @PrimaryColumn({ name: 'visitor', type: 'varchar', length: 22 }) visitor: string;
}
