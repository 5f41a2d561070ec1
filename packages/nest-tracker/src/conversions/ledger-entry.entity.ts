import type { ConversionStatus } from '@tallyback/protocol';
import { Entity, Index } from 'typeorm';
import {
  CurrencyColumn,
  IdColumn,
  IdPrimaryColumn,
  MinorUnitsColumn,
  TextColumn,
  TimeColumn,
} from '../storage/columns.js';

/**
 * One change of one conversion; appended, never changed. The counted totals of a conversion are the sums of its deltas:
 * a rejected or refunded conversion counts nothing, so the entry that rejects it takes the amounts back.
 */
@Entity('tallyback_ledger')
@Index('tallyback_ledger_conversion', ['conversionId', 'id'])
export class LedgerEntry {
  @IdPrimaryColumn() id: string;
  @IdColumn('conversion_id') conversionId: string;
  @TimeColumn('at') at: number;
  /** Who changed it: `advertiser:acme`, `admin` or `admin:<user>`, `tracker`. */
  @TextColumn('actor', 96) actor: string;
  /** Why: the type of the message, `decision` (by hand), or `attribution` (its click or coupon appeared). */
  @TextColumn('cause', 64) cause: string;
  /** What the person who did it gave as reason. */
  @TextColumn('note', 500, { nullable: true }) note: string | null;
  /** Id of the message that caused it, when it had one. */
  @TextColumn('delivery_id', 72, { nullable: true }) deliveryId: string | null;
  /** Null on the entry that creates the conversion. */
  @TextColumn('old_status', 16, { nullable: true }) oldStatus: ConversionStatus | null;
  @TextColumn('new_status', 16) newStatus: ConversionStatus;
  @MinorUnitsColumn('revenue_delta') revenueDelta: bigint;
  @MinorUnitsColumn('payout_delta') payoutDelta: bigint;
  @CurrencyColumn('currency', { nullable: true }) currency: string | null;
}
