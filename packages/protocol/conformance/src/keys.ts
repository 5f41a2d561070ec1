import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

// Written a second time on purpose, from the standard: a kit that signs with the code that it judges would agree with its
// mistakes.

/** A key that signs. */
export type SigningKey =
  | { readonly version: 'v1'; readonly secret: Buffer; readonly text: string }
  | { readonly version: 'v1a'; readonly privateKey: KeyObject };

/** A key that verifies. */
export type VerifyingKey =
  | { readonly version: 'v1'; readonly secret: Buffer }
  | { readonly version: 'v1a'; readonly publicKey: KeyObject };

// RFC 8410: what stands before the 32 bytes of an ed25519 key.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** @throws RangeError when the text is no such key */
export function readSecret(text: string): Extract<SigningKey, { version: 'v1' }> {
  return { version: 'v1', secret: bytesOf(text, 'whsec_', [24, 64]), text };
}

/** @throws RangeError when the text is no such key */
export function readSigningKey(text: string): Extract<SigningKey, { version: 'v1a' }> {
  const seed = bytesOf(text, 'whsk_', [32, 64]).subarray(0, 32);
  return {
    version: 'v1a',
    privateKey: createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' }),
  };
}

/** @throws RangeError when the text is no such key */
export function readPublicKey(text: string): Extract<VerifyingKey, { version: 'v1a' }> {
  const key = Buffer.concat([SPKI, bytesOf(text, 'whpk_', [32, 32])]);
  return { version: 'v1a', publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) };
}

/** A secret that nobody has. */
export function strangersSecret(): SigningKey {
  const secret = randomBytes(32);
  return { version: 'v1', secret, text: `whsec_${secret.toString('base64')}` };
}

/** An ed25519 key that nobody has. */
export function strangersSigningKey(): SigningKey {
  return { version: 'v1a', privateKey: generateKeyPairSync('ed25519').privateKey };
}

/** The signature of bytes, as bytes. */
export function signatureOf(key: SigningKey, content: Buffer): Buffer {
  if (key.version === 'v1a') return sign(null, content, key.privateKey);
  return createHmac('sha256', key.secret).update(content).digest();
}

/** Whether one entry of a signature list, `v1,…` or `v1a,…`, is the key's over these bytes. */
export function isSignatureOf(key: VerifyingKey, content: Buffer, entry: string): boolean {
  const comma = entry.indexOf(',');
  if (entry.slice(0, comma) !== key.version) return false;
  const text = entry.slice(comma + 1);
  if (key.version === 'v1') return text === createHmac('sha256', key.secret).update(content).digest('base64');
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && verify(null, content, key.publicKey, bytes);
}

/** The bytes that are signed: `id.timestamp.body`. */
export function signedContent(id: string, timestamp: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
}

function bytesOf(text: string, prefix: string, [min, max]: readonly [number, number]): Buffer {
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  const same = bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  if (!text.startsWith(prefix) || !same || bytes.length < min || bytes.length > max) {
    throw new RangeError(`must be ${prefix} and the base64 of ${min === max ? min : `${min} to ${max}`} bytes`);
  }
  return bytes;
}
