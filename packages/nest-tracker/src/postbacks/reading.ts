import type { Fault } from '@tallyback/protocol';
import type { Intake } from '../conversions/intake.js';
import type { Refusal } from '../http/problem-reply.js';
import type { InboundFacts } from './inbound-log.service.js';

/** What is known of a request while it is read. */
export type Facts = Omit<InboundFacts, 'step'>;

/** What reading a request gives: a message of a proven sender, or why there is none. */
export type Reading =
  | { readonly ok: true; readonly intake: Intake; readonly facts: Facts }
  | { readonly ok: false; readonly refusal: Refusal; readonly step: string; readonly facts: Facts };

/** All faults in one refusal: the reason and field of the first, the words of each. */
export function faultsRefusal(faults: readonly Fault[]): Refusal {
  const [first] = faults;
  const detail = faults.map((fault) => (fault.field ? `${fault.field}: ${fault.detail}` : fault.detail)).join(' ');
  return { reason: first?.reason ?? 'malformed_request', field: first?.field || undefined, detail };
}
