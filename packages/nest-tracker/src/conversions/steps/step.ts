import type { AcceptedOutcome } from '@tallyback/protocol';
import type { EntityManager } from 'typeorm';
import type { CatalogOffer, CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import type { Click } from '../../clicks/click.entity.js';
import type { Refusal } from '../../http/problem-reply.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import type { Conversion } from '../conversion.entity.js';
import type { Intake } from '../intake.js';
import type { Price } from '../pricing/price-conversion.js';
import type { RateLookup } from '../pricing/rate-lookup.js';

/** What the steps know and find out about one message; all of them run in one transaction. */
export interface StepContext {
  readonly intake: Intake;
  readonly manager: EntityManager;
  readonly storage: TrackerStorage;
  readonly catalog: CatalogSnapshot;
  /** When the message arrived, epoch milliseconds. */
  readonly now: number;
  /** When the conversion happened: as the sender says, but never in the future. */
  readonly occurredAt: number;
  /** Found by findClick; stays undefined for a conversion that is stored unattributed. */
  click?: Click;
  offer?: CatalogOffer;
  /** Exchange rates that were asked for before the transaction. */
  readonly rates: RateLookup;
  /** What the conversion is worth; found by price. */
  price: Price;
}

/** How a message ends. */
export type StepEnd =
  | { readonly outcome: AcceptedOutcome; readonly conversion: Conversion }
  | { readonly refusal: Refusal };

/**
 * One named step of recording a conversion: passes on (answers nothing) or ends the message. The names are what the
 * inbound log shows, so they say what the step decides.
 */
export type Step = (context: StepContext) => Promise<StepEnd | undefined> | StepEnd | undefined;

export function refuse(reason: Refusal['reason'], detail: string, field?: string): StepEnd {
  return { refusal: { reason, detail, field } };
}
