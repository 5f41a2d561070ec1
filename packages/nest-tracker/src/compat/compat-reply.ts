import { isRetryable, OUTCOME_STATUS, reasonStatus } from '@tallyback/protocol';
import type { IntakeResult } from '../conversions/intake.js';
import type { HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { intakeReply } from '../postbacks/intake-reply.js';
import { outcomeHeaders } from '../postbacks/outcome-headers.js';
import { requestPairs } from '../postbacks/request-pairs.js';
import type { CompatNetwork } from './compat-networks.js';

/**
 * The answer to a network: in its own words where we know them, else in ours; the outcome is in the headers, always.
 *
 * @param wanted The status to answer whatever was decided.
 */
export function compatReply(
  { receive }: CompatNetwork,
  result: IntakeResult,
  request: HttpRequest,
  wanted: number | undefined,
): HttpReply {
  const status = statusOf(result, wanted);
  const read = requestPairs(request);
  const answer = result.accepted
    ? { outcome: result.outcome }
    : { outcome: 'rejected' as const, reason: result.refusal.reason };
  const theirs = receive.reply?.(answer, read.ok ? read.pairs : []);
  const ours = intakeReply(result);
  if (!theirs) return { ...ours, status, headers: { ...ours.headers, ...outcomeHeaders(result) } };
  return {
    status,
    headers: {
      ...ours.headers,
      'content-type': theirs.contentType,
      // What a sender wrote into "return" must stay text.
      'x-content-type-options': 'nosniff',
      ...outcomeHeaders(result),
    },
    body: theirs.body,
  };
}

/** The outcome's own status, unless another is wanted. Where nothing was decided the network is to try again. */
function statusOf(result: IntakeResult, wanted: number | undefined): number {
  if (result.accepted) return wanted ?? OUTCOME_STATUS[result.outcome];
  const { reason } = result.refusal;
  return isRetryable(reason) ? reasonStatus(reason) : (wanted ?? reasonStatus(reason));
}
