import { OUTCOME_STATUS } from '@tallyback/protocol';
import type { IntakeResult } from '../conversions/intake.js';
import { outcomeBody } from '../conversions/outcome-body.js';
import type { HttpReply } from '../http/http-reply.js';
import { jsonReply, problemReply } from '../http/problem-reply.js';

/** The answer to one message: its outcome as body, status and header. */
export function intakeReply(result: IntakeResult): HttpReply {
  if (!result.accepted) return problemReply(result.refusal);
  const { outcome, conversion } = result;
  return jsonReply(OUTCOME_STATUS[outcome], outcomeBody(outcome, conversion), { 'tallyback-outcome': outcome });
}
