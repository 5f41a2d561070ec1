import { MAX_MESSAGE_BYTES } from '@tallyback/protocol';
import { type HttpRequest, isForm } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';

/** A parameter's name and value, decoded. */
export type Pair = readonly [name: string, value: string];

/** The parameters of a postback, from its URL and its form, in order. */
export type RequestPairs =
  | {
      readonly ok: true;
      readonly pairs: readonly Pair[];
      /** Whether the URL carries a signature, or a part of one. */
      readonly signed: boolean;
    }
  | { readonly ok: false; readonly refusal: Refusal };

const SIGNATURE_PARAMETERS = new Set(['tb_id', 'tb_ts', 'tb_sig']);

/** Reads what a postback says: its query, and its form unless the URL is signed. Decodes as forms do: `+` is a space. */
export function requestPairs(request: HttpRequest): RequestPairs {
  if (request.method === 'HEAD') {
    const detail = 'A HEAD request reports nothing. Send the postback with GET or POST.';
    return { ok: false, refusal: { reason: 'malformed_request', detail } };
  }
  const { rawBody } = request;
  if (rawBody && rawBody.length > MAX_MESSAGE_BYTES) {
    const detail = `A postback's form may have ${MAX_MESSAGE_BYTES} bytes; this one has ${rawBody.length}.`;
    return { ok: false, refusal: { reason: 'body_too_large', detail } };
  }
  const fromQuery = pairsOf(request.query);
  const signed = fromQuery.some(([name]) => isSignatureParameter(name));
  // A URL signature does not cover the body, so what stands there counts only when there is none.
  const fromBody = !signed && rawBody && isForm(request) ? pairsOf(rawBody.toString('utf8')) : [];
  return { ok: true, pairs: [...fromQuery, ...fromBody], signed };
}

/** Whether a parameter belongs to the URL's signature. */
export function isSignatureParameter(name: string): boolean {
  return SIGNATURE_PARAMETERS.has(name.toLowerCase());
}

/** The first value under any of these names that is not empty; names in any case, the first name that has one wins. */
export function firstValue(pairs: readonly Pair[], names: readonly string[]): string | undefined {
  for (const wanted of names) {
    const lower = wanted.toLowerCase();
    const found = pairs.find(([name, value]) => value !== '' && name.toLowerCase() === lower);
    if (found) return found[1];
  }
  return undefined;
}

function pairsOf(text: string): Pair[] {
  // "&amp;" comes from URLs that were copied out of a page's source.
  return [...new URLSearchParams(text)].map(([name, value]) => [name.replace(/^amp;/i, ''), value]);
}
