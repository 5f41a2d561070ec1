import type { Fault } from '@tallyback/protocol';
import type { Intake } from '../conversions/intake.js';
import type { Refusal } from '../http/problem-reply.js';
import type { Arrival, Facts } from './arrival.js';

/** What reading a request gives: a message of a proven sender, or why there is none. */
export type Reading =
  | { readonly ok: true; readonly intake: Intake; readonly facts: Facts }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      readonly step: string;
      readonly facts: Facts;
      /** One of many alike, of which the log has a row already. */
      readonly unlogged?: boolean;
    };

/**
 * Reads one kind of request: finds the advertiser, proves the sender, decodes the message. It looks things up but changes
 * nothing, so that a live request, a replay and a test go the same way. It notes the steps it passes on the arrival and
 * asks for no proof when the arrival is vouched for.
 */
export type Reader = (arrival: Arrival) => Promise<Reading>;

/** All faults in one refusal: the reason and field of the first, the words of each. */
export function faultsRefusal(faults: readonly Fault[]): Refusal {
  const [first] = faults;
  const details = faults.map((fault) => (fault.field ? `${fault.field}: ${fault.detail}` : fault.detail));
  const detail = details.length > 1 ? details.map(asSentence).join(' ') : (details[0] ?? '');
  return { reason: first?.reason ?? 'malformed_request', field: first?.field || undefined, detail };
}

/** With a mark at its end, so that another one can follow. */
export function asSentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
