import type { AcceptedOutcome, ConversionMessage } from '@tallyback/protocol';
import type { CatalogAdvertiser } from '../catalog/catalog-snapshot.js';
import type { Refusal } from '../http/problem-reply.js';
import type { ProvenSender } from '../postbacks/senders/prove-sender.js';
import type { Conversion } from './conversion.entity.js';

/** A message whose sender is proven. */
export interface Intake {
  readonly advertiser: CatalogAdvertiser;
  readonly sender: ProvenSender;
  readonly message: ConversionMessage;
}

/** What became of a message. */
export type IntakeResult =
  | {
      readonly accepted: true;
      readonly outcome: AcceptedOutcome;
      readonly conversion: Conversion;
      readonly step: string;
    }
  | { readonly accepted: false; readonly refusal: Refusal; readonly step: string };
