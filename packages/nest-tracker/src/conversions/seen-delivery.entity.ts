import { Entity, Index } from 'typeorm';
import { IdColumn, IdPrimaryColumn, TextColumn, TimeColumn } from '../storage/columns.js';

/**
 * A signed delivery that had its effect, whatever that was. A message that comes again under its id is a duplicate of the
 * conversion it was about, also when that has changed since.
 */
@Entity('tallyback_seen_deliveries')
@Index('tallyback_seen_deliveries_identity', ['advertiserId', 'deliveryId'], { unique: true })
export class SeenDelivery {
  @IdPrimaryColumn() id: string;
  @IdColumn('advertiser_id') advertiserId: string;
  /** The sender's `webhook-id` or `tb_id`; for an item of a batch `<webhook-id>.<index>`. */
  @TextColumn('delivery_id', 72) deliveryId: string;
  @IdColumn('conversion_id') conversionId: string;
  @TimeColumn('at') at: number;
}
