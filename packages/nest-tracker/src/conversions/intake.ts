import type { AcceptedOutcome, ConversionMessage } from '@tallyback/protocol';
import type { EntityManager } from 'typeorm';
import type { DuplicatePolicy } from '../catalog/catalog.js';
import type { CatalogAdvertiser } from '../catalog/catalog-snapshot.js';
import type { Refusal } from '../http/problem-reply.js';
import type { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import type { ProvenSender } from '../postbacks/senders/prove-sender.js';
import type { Conversion } from './conversion.entity.js';
import type { KnownClick } from './working-set/known-clicks.js';

/** A message whose sender is proven. */
export interface Intake {
  readonly advertiser: CatalogAdvertiser;
  readonly sender: ProvenSender;
  readonly message: ConversionMessage;
  /** When the request arrived, epoch milliseconds, where that was earlier, as in a replay. Default: now. */
  readonly arrivedAt?: number | undefined;
  /** The click that the message names, where it was looked up already; the recording then need not. */
  readonly click?: KnownClick | undefined;
  /** What a second message about the same order does where the offer has no policy for its event. Default `ignore`. */
  readonly onRepeat?: DuplicatePolicy | undefined;
}

/** One step on a message's way: it passed the message on, or ended it. */
export interface StepTrace {
  readonly name: string;
  readonly outcome: 'passed' | 'ended';
  /** Why it ended. */
  readonly detail?: string;
}

/** What became of a message. */
export type IntakeResult =
  | {
      readonly accepted: true;
      readonly outcome: AcceptedOutcome;
      readonly conversion: Conversion;
      /** The step that ended the message. */
      readonly step: string;
      /** Every step the message went through, in order. */
      readonly steps: readonly StepTrace[];
    }
  | {
      readonly accepted: false;
      readonly refusal: Refusal;
      readonly step: string;
      readonly steps: readonly StepTrace[];
    };

/** Makes the inbound-log row of a message from what became of it; the row is stored in the message's own transaction. */
export type Alongside = (result: IntakeResult) => InboundPostback;

/** Where a message is recorded. */
export interface RecordContext {
  /**
   * Of a transaction of yours, on the data source that the tracker was given: what is recorded is committed with it, or not
   * at all. Default: a transaction of the tracker's own.
   */
  readonly manager?: EntityManager | undefined;
}

/** A message with the log row to be stored with it. */
export interface IntakeRequest {
  readonly intake: Intake;
  readonly alongside?: Alongside | undefined;
}
