import type { Refusal } from '../http/problem-reply.js';

/** Largest batch, in bytes of JSON. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** Messages of one batch at the most. */
export const MAX_BATCH_MESSAGES = 1_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The messages of a batch as they came, or why it is none. */
export type BatchBody =
  | { readonly ok: true; readonly messages: readonly unknown[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Reads `{ "messages": [ … ] }` from the bytes of a body. */
export function readBatch(body: Buffer): BatchBody {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('malformed_request', 'A batch is a JSON object in UTF-8: { "messages": [ … ] }.');
  }
  const unknown = Object.keys(value).find((name) => name !== 'messages');
  if (unknown !== undefined) return refuse('unknown_field', 'A batch has only the field "messages".', unknown);
  const { messages } = value as { messages?: unknown };
  if (messages === undefined) return refuse('missing_field', 'messages is required: the list of messages.', 'messages');
  if (!Array.isArray(messages)) return refuse('invalid_field', 'messages must be a list of messages.', 'messages');
  if (messages.length <= MAX_BATCH_MESSAGES) return { ok: true, messages };
  const detail = `A batch may have ${MAX_BATCH_MESSAGES} messages; this one has ${messages.length}. Send several batches.`;
  return refuse('invalid_field', detail, 'messages');
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    return undefined;
  }
}

function refuse(reason: Refusal['reason'], detail: string, field?: string): BatchBody {
  return { ok: false, refusal: { reason, detail, ...(field !== undefined && { field: field.slice(0, 128) }) } };
}
