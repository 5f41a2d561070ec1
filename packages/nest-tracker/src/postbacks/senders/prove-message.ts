import { HEADER_ADVERTISER, HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP } from '@tallyback/protocol';
import type { CatalogAdvertiser, CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import { type HttpRequest, header } from '../../http/http-request.js';
import type { Refusal } from '../../http/problem-reply.js';
import { refused, type SenderProof } from './prove-sender.js';

/** The advertiser that a signed message names in its header, or why there is none. */
export function findMessageAdvertiser(
  catalog: CatalogSnapshot,
  request: HttpRequest,
): { readonly ok: true; readonly advertiser: CatalogAdvertiser } | { readonly ok: false; readonly refusal: Refusal } {
  const named = header(request, HEADER_ADVERTISER);
  if (named === undefined) {
    return refused(
      'unknown_advertiser',
      `Name the advertiser in the header "${HEADER_ADVERTISER}".`,
      HEADER_ADVERTISER,
    );
  }
  const advertiser = catalog.advertisersByKey.get(named);
  if (advertiser) return { ok: true, advertiser };
  return refused('unknown_advertiser', 'There is no advertiser with this key. Check its spelling.', HEADER_ADVERTISER);
}

/**
 * Proves the sender of a signed message: Standard Webhooks over the bytes of the body.
 *
 * @param now When the message arrived, epoch milliseconds.
 */
export function proveMessageSender(advertiser: CatalogAdvertiser, request: HttpRequest, now: number): SenderProof {
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
    ? { ok: true, sender: { method: 'signature', signed: true, deliveryId: result.id } }
    : refused(result.reason, result.detail, result.field);
}
