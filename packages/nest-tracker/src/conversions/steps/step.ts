import type { AcceptedOutcome } from '@tallyback/protocol';
import type { Refusal } from '../../http/problem-reply.js';
import type { Conversion } from '../conversion.entity.js';
import type { StepContext } from './context.js';

export type { StepContext } from './context.js';

/** How a message ends. */
export type StepEnd =
  | {
      readonly outcome: AcceptedOutcome;
      /** The conversion as it stands after the message. */
      readonly conversion: Conversion;
      /** When the message made or changed the conversion: as it was, null when there was none. */
      readonly before?: Conversion | null;
    }
  | { readonly refusal: Refusal };

/**
 * One named step of recording a conversion: passes on (answers nothing) or ends the message. The names are what the
 * inbound log shows, so they say what the step decides. A step decides from what its context knows and waits for nothing;
 * what it decides is carried out after the last step, for the whole group of messages at once.
 */
export type Step = (context: StepContext) => StepEnd | undefined;

export function refuse(reason: Refusal['reason'], detail: string, field?: string): StepEnd {
  return { refusal: { reason, detail, field } };
}
