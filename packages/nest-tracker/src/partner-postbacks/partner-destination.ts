import {
  createSigner,
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  signUrl,
  thrivetracker,
} from '@tallyback/protocol';
import { type Destination, type OutgoingRequest, retryAfterMs, USER_AGENT } from '@tallyback/sdk-node/outbox';
import type { PartnerPostback } from '../catalog/catalog.js';
import type { FrozenRequest } from './compile-postback.js';
import type { PartnerPostbackOptions } from './postback-faults.js';

/** Requests at once to one postback: a partner's server is often small. */
const CONCURRENCY = 8;

/** Redirects that say nothing of tomorrow: to a page for maintenance, or to a login. */
const PASSING_REDIRECTS: ReadonlySet<number> = new Set([302, 303, 307]);
/** How often an answer that may be meant for good is worth another attempt. */
const DOUBTFUL_ATTEMPTS = 5;

// Nothing is known of the receiver: the general rules, by status and by what the body plainly says.
const { classify } = thrivetracker.send.configure({ url: 'https://partner.invalid/?id={clickid}' });

/** Where one partner's postback goes: what was frozen is sent as it is, signed anew by every attempt. */
export function partnerDestination(
  { secret }: Pick<PartnerPostback, 'secret'>,
  { allowPrivateAddresses = false }: PartnerPostbackOptions = {},
): Destination {
  const signer = secret === undefined ? undefined : createSigner(secret);
  return {
    kind: 'partner',
    concurrency: CONCURRENCY,
    secrets: secret === undefined ? [] : [secret],
    addressPolicy: allowPrivateAddresses ? 'any' : 'public',
    toRequest({ id, body: frozen, now }): OutgoingRequest {
      const { method, url, type, body } = JSON.parse(frozen) as FrozenRequest;
      const timestamp = Math.floor(now / 1000);
      const signed = secret !== undefined && method === 'GET' ? signUrl({ url, id, timestamp, keys: secret }) : url;
      const { origin, pathname, search } = new URL(signed);
      const headers: Record<string, string> = { 'user-agent': USER_AGENT };
      if (type !== undefined) headers['content-type'] = type;
      if (signer && method === 'POST') {
        headers[HEADER_ID] = id;
        headers[HEADER_TIMESTAMP] = `${timestamp}`;
        headers[HEADER_SIGNATURE] = signer.sign({ id, timestamp, body: body ?? '' });
      }
      return { method, origin, path: `${pathname}${search}`, headers, ...(body === undefined ? {} : { body }) };
    },
    classify(answer, now) {
      const verdict = classify(answer);
      if (verdict.outcome === 'dead' && PASSING_REDIRECTS.has(answer.status)) {
        return { outcome: 'retry', why: verdict.why, atMost: DOUBTFUL_ATTEMPTS };
      }
      const wait = verdict.outcome === 'retry' ? retryAfterMs(answer.headers['retry-after'], now) : undefined;
      return verdict.outcome === 'retry' && wait !== undefined ? { ...verdict, retryAfterMs: wait } : verdict;
    },
  };
}
