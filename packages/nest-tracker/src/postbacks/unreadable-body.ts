import type { Refusal } from '../http/problem-reply.js';

/** A body that no parser could read. */
export const UNREADABLE_BODY: Refusal = {
  reason: 'malformed_request',
  detail: 'The body is not valid JSON (or not what its content type says it is).',
};
