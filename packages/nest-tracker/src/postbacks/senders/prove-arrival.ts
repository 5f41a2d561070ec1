import type { CatalogAdvertiser } from '../../catalog/catalog-snapshot.js';
import type { Arrival } from '../arrival.js';
import { provePostbackSender, type SenderProof } from './prove-sender.js';

/** Proves the sender of a postback, unless it was proven before or an operator answers for it. */
export function proveArrival(
  arrival: Arrival,
  advertiser: CatalogAdvertiser,
  parameters: { readonly signature: boolean; readonly token: string | undefined },
): SenderProof {
  const { request, vouched, at } = arrival;
  const proof: SenderProof = vouched
    ? { ok: true, sender: vouched.sender }
    : provePostbackSender(advertiser, request, parameters, at);
  if (proof.ok) arrival.passed('proveSender', proof.sender.method);
  return proof;
}
