import type { ConversionStatus } from '@tallyback/protocol';
import type { CatalogOffer, CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import type { Intake } from '../intake.js';
import type { Price } from '../pricing/price-conversion.js';
import type { RateLookup } from '../pricing/rate-lookup.js';
import type { KnownClick } from '../working-set/known-clicks.js';
import type { DeliveryKey } from '../working-set/seen-deliveries.js';
import type { Identity } from '../working-set/standing-conversions.js';
import type { WorkingSet } from '../working-set/working-set.js';

/** What the steps know and find out about one message. */
export interface StepContext {
  readonly intake: Intake;
  /** What is in the database, and what the messages before this one have made of it. */
  readonly known: WorkingSet;
  readonly catalog: CatalogSnapshot;
  /** When the message is recorded, epoch milliseconds. */
  readonly now: number;
  /** When the conversion happened: as the sender says, but never after the message arrived. */
  readonly occurredAt: number;
  /** Found by findClick or findCustomersClick. */
  click?: KnownClick;
  /** Offer and place stay undefined for a conversion that is stored unattributed. */
  offer?: CatalogOffer;
  /** What the conversion is counted for: its click's, or its coupon's. */
  place?: Place;
  /** Exchange rates that were asked for before the transaction. */
  readonly rates: RateLookup;
  /** What the conversion is worth; found by price. */
  price: Price;
}

/** Row ids of the offer, campaign and partner that a conversion is counted for. */
export type Place = Pick<KnownClick, 'offerId' | 'campaignId' | 'partnerId'>;

/** What makes the message's conversion the same one. */
export function identityOf({ advertiser, message }: Intake): Identity {
  const { event, transactionId } = message.data;
  return { advertiserId: advertiser.row.id, event, transactionId };
}

/** The message's delivery, when its sender gave it an id. */
export function deliveryOf({ advertiser, sender }: Intake): DeliveryKey | undefined {
  const { deliveryId } = sender;
  return deliveryId === undefined ? undefined : { advertiserId: advertiser.row.id, deliveryId };
}

/** The status that the message's conversion begins with: what the message says, else the default of its offer. */
export function statusOf({ intake, offer }: StepContext): ConversionStatus {
  return intake.message.data.status ?? offer?.row.defaultStatus ?? 'approved';
}
