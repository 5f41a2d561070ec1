import { HEADER_ADVERTISER, HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP } from '@tallyback/protocol';
import type { CatalogAdvertiser } from '../../catalog/catalog-snapshot.js';
import { type HttpRequest, header } from '../../http/http-request.js';
import { refused, type SenderProof } from './prove-sender.js';

/** Proves the sender of a signed message: Standard Webhooks over the bytes of the body. */
export function proveMessageSender(
  advertiser: CatalogAdvertiser | undefined,
  request: HttpRequest,
  now: number,
): SenderProof {
  const named = header(request, HEADER_ADVERTISER);
  if (named === undefined) {
    return refused(
      'unknown_advertiser',
      `Name the advertiser in the header "${HEADER_ADVERTISER}".`,
      HEADER_ADVERTISER,
    );
  }
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
    ? { ok: true, sender: { method: 'signature', signed: true, deliveryId: result.id } }
    : refused(result.reason, result.detail, result.field);
}
