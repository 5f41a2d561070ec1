import { HEADER_ADVERTISER, HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP } from '@tallyback/protocol';
import type { CatalogAdvertiser, CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import { type HttpRequest, header } from '../../http/http-request.js';
import type { Refusal } from '../../http/problem-reply.js';
import { type ProvenSender, refused } from './prove-sender.js';

/** The proven sender of a signed message and the advertiser that it named, or why there is no proof. */
export type MessageProof =
  | { readonly ok: true; readonly sender: ProvenSender; readonly advertiser: CatalogAdvertiser }
  | { readonly ok: false; readonly refusal: Refusal };

/** Proves the sender of a signed message: Standard Webhooks over the bytes of the body. */
export function proveMessageSender(catalog: CatalogSnapshot, request: HttpRequest, now: number): MessageProof {
  const named = header(request, HEADER_ADVERTISER);
  if (named === undefined) {
    return refused(
      'unknown_advertiser',
      `Name the advertiser in the header "${HEADER_ADVERTISER}".`,
      HEADER_ADVERTISER,
    );
  }
  const advertiser = catalog.advertisersByKey.get(named);
  if (!advertiser) {
    return refused(
      'unknown_advertiser',
      'There is no advertiser with this key. Check its spelling.',
      HEADER_ADVERTISER,
    );
  }
  const { key, accept } = advertiser.row;
  if (!accept.includes('signature') || !advertiser.verifier) {
    return refused('signature_invalid', `Advertiser "${key}" has no key that could have signed this message.`);
  }
  const result = advertiser.verifier.verify({
    id: header(request, HEADER_ID),
    timestamp: header(request, HEADER_TIMESTAMP),
    signature: header(request, HEADER_SIGNATURE),
    body: request.rawBody ?? Buffer.alloc(0),
    now,
  });
  return result.ok
    ? { ok: true, advertiser, sender: { method: 'signature', signed: true, deliveryId: result.id } }
    : refused(result.reason, result.detail, result.field);
}
