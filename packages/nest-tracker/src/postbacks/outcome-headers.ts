import { HEADER_OUTCOME, HEADER_REASON } from '@tallyback/protocol';
import type { IntakeResult } from '../conversions/intake.js';

/** The outcome for whoever cannot see it by status and body: `tallyback-outcome`, and `tallyback-reason` when rejected. */
export function outcomeHeaders(result: IntakeResult): Record<string, string> {
  return result.accepted
    ? { [HEADER_OUTCOME]: result.outcome }
    : { [HEADER_OUTCOME]: 'rejected', [HEADER_REASON]: result.refusal.reason };
}
