import { HEADER_OUTCOME, HEADER_REASON, problem, type Reason, reasonStatus } from '@tallyback/protocol';
import type { HttpReply } from './http-reply.js';

/** Seconds after which a sender may try again when the storage was away. */
const RETRY_AFTER_SECONDS = 5;

/** Why a request was not accepted. */
export interface Refusal {
  readonly reason: Reason;
  /** Human words: what happened and what to do. */
  readonly detail: string;
  /** The field to blame. */
  readonly field?: string | undefined;
  /** For what may succeed later: after how many whole seconds, at least one. */
  readonly retryAfterSeconds?: number;
}

/** A refusal as RFC 9457 `application/problem+json`. */
export function problemReply({ reason, detail, field, retryAfterSeconds = RETRY_AFTER_SECONDS }: Refusal): HttpReply {
  const status = reasonStatus(reason);
  const outcome: Record<string, string> =
    status === 429 || status === 503 ? { 'retry-after': String(retryAfterSeconds) } : { [HEADER_OUTCOME]: 'rejected' };
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      [HEADER_REASON]: reason,
      ...outcome,
    },
    body: JSON.stringify(problem(reason, detail, field)),
  };
}

/** A JSON answer. */
export function jsonReply(status: number, body: object, headers: Record<string, string> = {}): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
