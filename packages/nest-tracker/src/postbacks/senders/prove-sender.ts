import { timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { CatalogAdvertiser } from '../../catalog/catalog-snapshot.js';
import { hashToken } from '../../catalog/hash-token.js';
import type { HttpRequest } from '../../http/http-request.js';
import type { Refusal } from '../../http/problem-reply.js';
import { plainAddress } from './plain-address.js';

/** How a sender proved who it is, or that an operator answers for it. Signed senders may report conversions whose click is not known. */
export interface ProvenSender {
  readonly method: 'signature' | 'url_signature' | 'token' | 'ip' | 'none' | 'operator';
  readonly signed: boolean;
  /** The sender's id of this delivery. */
  readonly deliveryId?: string;
}

/** A proof, or why there is none. */
export type SenderProof =
  | { readonly ok: true; readonly sender: ProvenSender }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Proves the sender of a classic postback by whichever way the advertiser accepts: URL signature, static token, address,
 * or nothing. A proof that is offered and wrong refuses the request even if another would do: it is a mistake or an
 * attack, and either should be seen.
 */
export function provePostbackSender(
  advertiser: CatalogAdvertiser,
  request: HttpRequest,
  parameters: { readonly signature: boolean; readonly token: string | undefined },
  now: number,
): SenderProof {
  const { accept, key } = advertiser.row;
  if (parameters.signature) return proveUrlSignature(advertiser, request, now);
  if (accept.includes('token') && parameters.token !== undefined) {
    return tokenMatches(advertiser, parameters.token, now)
      ? proven('token')
      : refused('token_invalid', `The token is not the one of advertiser "${key}".`, 'token');
  }
  if (accept.includes('ip') && addressAllowed(advertiser, request.ip)) return proven('ip');
  if (accept.includes('none')) return proven('none');
  if (accept.includes('token')) {
    return refused(
      'token_invalid',
      `Advertiser "${key}" proves itself by a token: add the parameter "token".`,
      'token',
    );
  }
  if (accept.includes('ip')) {
    return refused('ip_not_allowed', `This address is not on the list of advertiser "${key}".`);
  }
  return refused(
    'signature_missing',
    `Advertiser "${key}" signs its postbacks: add tb_id, tb_ts and tb_sig, or send POST /v1/conversions.`,
    'tb_sig',
  );
}

function proveUrlSignature(advertiser: CatalogAdvertiser, request: HttpRequest, now: number): SenderProof {
  const { accept, key } = advertiser.row;
  if (!accept.includes('signature') || !advertiser.urlVerifier) {
    return refused('signature_invalid', `Advertiser "${key}" has no secret that could have signed this URL.`, 'tb_sig');
  }
  const { method, path, query } = request;
  const result = advertiser.urlVerifier.verify({ method, path, query, now });
  return result.ok
    ? { ok: true, sender: { method: 'url_signature', signed: true, deliveryId: result.id } }
    : refused(result.reason, result.detail, result.field);
}

/** Every token is compared, so that the time it takes says nothing about which one it might be. */
function tokenMatches({ tokens }: CatalogAdvertiser, token: string, now: number): boolean {
  const given = Buffer.from(hashToken(token), 'hex');
  let matches = false;
  for (const { hash, expiresAt } of tokens) {
    if (timingSafeEqual(given, hash) && (expiresAt === null || now < expiresAt)) matches = true;
  }
  return matches;
}

function addressAllowed({ addresses }: CatalogAdvertiser, ip: string | undefined): boolean {
  const address = plainAddress(ip);
  return address !== undefined && addresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function proven(method: ProvenSender['method']): SenderProof {
  return { ok: true, sender: { method, signed: false } };
}

export function refused(reason: Refusal['reason'], detail: string, field?: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { reason, detail, field } };
}
