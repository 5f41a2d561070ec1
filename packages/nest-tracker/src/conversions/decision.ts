import type { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import type { Conversion } from './conversion.entity.js';
import type { SeenDelivery } from './seen-delivery.entity.js';
import type { WorkingSet } from './working-set/working-set.js';

/** What happens to one conversion, and who does it why. */
export interface Change {
  /** The conversion as it stands; null when there was none. */
  readonly before: Conversion | null;
  readonly after: Conversion;
  readonly at: number;
  /** For example `advertiser:acme`. */
  readonly actor: string;
  /** For example `conversion.created`. */
  readonly cause: string;
  /** Id of the message that caused it, when it had one. */
  readonly deliveryId: string | null;
  /** In a person's own words. */
  readonly note?: string | null;
}

/** What is decided about one message or other request, as plain data; nothing has happened yet. */
export interface Decision<Result> {
  /** What the caller is told after the commit. */
  readonly result: Result;
  readonly change?: Change | undefined;
  /** The delivery that has had its effect. */
  readonly delivery?: Omit<SeenDelivery, 'id'> | undefined;
  /** The row of the inbound log. */
  readonly logged?: InboundPostback | undefined;
}

/** Something to be decided in a group: a message, or a change that a person or the tracker itself wants. */
export interface Job<Result> {
  /** When it arrived, epoch milliseconds. */
  readonly now: number;
  /** Wants what it will ask for in any case, so that the whole group's is read at once. */
  want(known: WorkingSet): void;
  /**
   * Decides, from what is known and nothing else. May be called several times before one decision is carried out, so it
   * changes nothing.
   */
  decide(known: WorkingSet): Decision<Result>;
}
