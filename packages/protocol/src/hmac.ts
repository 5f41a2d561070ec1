import { createHmac, hash, type KeyObject } from 'node:crypto';

/** Of SHA-256, in bytes. */
const BLOCK = 64;
const DIGEST = 32;
/** Longer messages take `createHmac`: there the hashing itself is what takes the time. */
const MOST = 65_536;

interface Pads {
  readonly inner: Buffer;
  /** With room for the inner digest. */
  readonly outer: Buffer;
}

const padsOf = new WeakMap<KeyObject, Pads>();
const scratch = Buffer.alloc(BLOCK + MOST);

/**
 * HMAC-SHA256 (RFC 2104) of text and what follows it, in base64. The two hashes it is made of, in one call each: the object
 * behind `createHmac` costs more than hashing a message, to make it and to collect it (measured: a tenth of what the main
 * thread does for a delivery).
 *
 * @param key of at most 64 bytes, as every `whsec_` secret is
 */
export function hmacSha256(key: KeyObject, prefix: string, body: Uint8Array | string): string {
  if (3 * prefix.length + (typeof body === 'string' ? 3 * body.length : body.length) > MOST) {
    return createHmac('sha256', key).update(prefix).update(body).digest('base64');
  }
  const { inner, outer } = padsOf.get(key) ?? prepare(key);
  inner.copy(scratch);
  let end = BLOCK;
  if (typeof body === 'string') {
    // As one text: what is no Unicode at the seam must come out as it would in one piece.
    end += scratch.write(prefix + body, end);
  } else {
    end += scratch.write(prefix, end);
    scratch.set(body, end);
    end += body.length;
  }
  outer.write(hash('sha256', scratch.subarray(0, end), 'binary'), BLOCK, 'latin1');
  return hash('sha256', outer, 'base64');
}

function prepare(key: KeyObject): Pads {
  const secret = key.export();
  if (secret.length > BLOCK) throw new RangeError(`an HMAC key of more than ${BLOCK} bytes has to be hashed first`);
  const pads = { inner: Buffer.alloc(BLOCK, 0x36), outer: Buffer.alloc(BLOCK + DIGEST, 0x5c) };
  for (const [index, byte] of secret.entries()) {
    pads.inner.writeUInt8(byte ^ 0x36, index);
    pads.outer.writeUInt8(byte ^ 0x5c, index);
  }
  padsOf.set(key, pads);
  return pads;
}
