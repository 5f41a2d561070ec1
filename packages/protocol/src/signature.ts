import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { hmacSha256 } from './hmac.js';
import { type Keys, type PreparedKey, prepareKeys } from './keys.js';
import {
  equalConstantTime,
  requireSignable,
  requireTolerance,
  type VerifyResult,
  verifyParts,
} from './verification.js';

/** Unique per message and the same in every retry: the receiver's idempotency key. */
export const HEADER_ID = 'webhook-id';
/** Unix seconds of this attempt. */
export const HEADER_TIMESTAMP = 'webhook-timestamp';
/** Space-separated signatures, each with its version. */
export const HEADER_SIGNATURE = 'webhook-signature';
/** Key of the advertiser that signs. */
export const HEADER_ADVERTISER = 'tallyback-advertiser';

/** What is signed. */
export interface SignableMessage {
  /** 1-64 letters, digits, `_` or `-`. */
  readonly id: string;
  /** Unix seconds. */
  readonly timestamp: number;
  /** The exact bytes sent; a string stands for its UTF-8 bytes. */
  readonly body: Uint8Array | string;
}

/** The three headers of a signed message. */
export type SignatureHeaders = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;

/** Signs messages as Standard Webhooks 1.0.0 describes. */
export interface Signer {
  /**
   * The value of `webhook-signature`.
   *
   * @throws RangeError when the id or timestamp has a form that no receiver accepts
   */
  sign(message: SignableMessage): string;
  /** All three headers; throws like {@link Signer.sign}. */
  headers(message: SignableMessage): SignatureHeaders;
}

/** A header as servers hand it over: Node types it as a text or a list, `Headers.get()` answers null when it is absent. */
export type HeaderValue = string | readonly string[] | null | undefined;

/** Checks messages signed as Standard Webhooks 1.0.0 describes. */
export interface Verifier {
  /**
   * Never throws for anything a sender can do.
   *
   * @param input the header values and the raw body; `now` in milliseconds, default: the clock
   * @throws TypeError when `body` is not bytes (a parsed or re-serialised body cannot be verified)
   */
  verify(input: {
    id: HeaderValue;
    timestamp: HeaderValue;
    signature: HeaderValue;
    body: Uint8Array;
    now?: number;
  }): VerifyResult;
}

const names = { id: HEADER_ID, timestamp: HEADER_TIMESTAMP, signature: HEADER_SIGNATURE };
const ED25519_SIGNATURE_BYTES = 64;

/**
 * Prepares a signer.
 *
 * @param keys `whsec_` secrets (HMAC-SHA256) and/or `whsk_` keys (ed25519); with several, messages carry a signature of each
 * @throws KeyError when a key cannot be used
 */
export function createSigner(keys: Keys): Signer {
  const prepared = prepareKeys(keys, 'sign');
  const sign = (message: SignableMessage): string => {
    requireSignable(message.id, message.timestamp);
    const prefix = `${message.id}.${message.timestamp}.`;
    return prepared.map((key) => signature(key, prefix, message.body)).join(' ');
  };
  return {
    sign,
    headers: (message) => ({
      [HEADER_ID]: message.id,
      [HEADER_TIMESTAMP]: `${message.timestamp}`,
      [HEADER_SIGNATURE]: sign(message),
    }),
  };
}

/**
 * Prepares a verifier.
 *
 * @param keys `whsec_` secrets and/or `whpk_` public keys; a signature of any one of them is enough
 * @param options `toleranceSeconds`: how far the timestamp may be from the clock, both ways, default 300
 * @throws KeyError when a key cannot be used, RangeError for a bad tolerance
 */
export function createVerifier(keys: Keys, options: { toleranceSeconds?: number } = {}): Verifier {
  const prepared = prepareKeys(keys, 'verify');
  const tolerance = requireTolerance(options.toleranceSeconds);
  return {
    verify(input) {
      const { body } = input;
      if (!(body instanceof Uint8Array)) {
        throw new TypeError('verify needs the raw bytes of the body, before any parsing (Nest: rawBody: true)');
      }
      const parts = { id: oneText(input.id), timestamp: oneText(input.timestamp), signature: oneText(input.signature) };
      return verifyParts(parts, names, input.now ?? Date.now(), tolerance, (version, candidate, id, timestamp) => {
        const prefix = `${id}.${timestamp}.`;
        return prepared.some((key) => key.version === version && matches(key, prefix, body, candidate));
      });
    },
  };
}

/** A header that came twice is joined as Node joins it: ids and times that are so joined are none that anybody signed. */
function oneText(value: HeaderValue): string | undefined {
  return typeof value === 'string' ? value : value?.join(', ');
}

function signature({ version, key }: PreparedKey, prefix: string, body: Uint8Array | string): string {
  if (version === 'v1') return `v1,${hmacSha256(key, prefix, body)}`;
  return `v1a,${signBytes(null, content(prefix, body), key).toString('base64')}`;
}

function matches({ version, key }: PreparedKey, prefix: string, body: Uint8Array, candidate: string): boolean {
  if (version === 'v1') return equalConstantTime(candidate, hmacSha256(key, prefix, body));
  const bytes = Buffer.from(candidate, 'base64');
  // Node's decoder skips what is not base64; only the exact text of the bytes counts as their signature.
  if (bytes.length !== ED25519_SIGNATURE_BYTES || bytes.toString('base64') !== candidate) return false;
  return verifyBytes(null, content(prefix, body), key, bytes);
}

function content(prefix: string, body: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(prefix), typeof body === 'string' ? Buffer.from(body) : body]);
}
