import { Entity, PrimaryColumn } from 'typeorm';
import { MinorUnitsColumn } from '../storage/columns.js';

/**
 * What counts of an offer, a partner, or a partner on an offer in a period; kept for caps and tiers that ask for it.
 * Sums of the conversions that are pending or approved, by the time they were received.
 */
@Entity('tallyback_counters')
export class Counter {
  /** `offer:<id>`, `partner:<id>` or `pair:<offer id>:<partner id>`. */
  @PrimaryColumn({ name: 'scope', type: 'varchar', length: 64 }) scope: string;
  /** An event, or empty for all of them. */
  @PrimaryColumn({ name: 'event', type: 'varchar', length: 64 }) event: string;
  /** `day:2026-11-22`, `month:2026-11` or `total`, in UTC. */
  @PrimaryColumn({ name: 'period', type: 'varchar', length: 16 }) period: string;
  /** A row per currency; the one of the empty currency says that the counter is kept. */
  @PrimaryColumn({ name: 'currency', type: 'varchar', length: 3 }) currency: string;
  @MinorUnitsColumn('conversions') conversions: bigint;
  @MinorUnitsColumn('revenue') revenue: bigint;
  @MinorUnitsColumn('payout') payout: bigint;
}
