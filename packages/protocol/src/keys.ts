import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** Why a secret or key was refused. */
export type KeyErrorCode =
  | 'no_keys'
  | 'not_a_string'
  | 'whitespace'
  | 'prefix_unknown'
  | 'base64_malformed'
  | 'length_wrong'
  | 'public_key_given'
  | 'secret_key_given'
  | 'key_mismatch'
  | 'hmac_only';

/** A secret or key cannot be used. The message says how to mend it and never holds the key. */
export class KeyError extends Error {
  override readonly name = 'KeyError';

  constructor(
    readonly code: KeyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** One prepared key: `v1` for HMAC-SHA256, `v1a` for ed25519. */
export interface PreparedKey {
  readonly version: 'v1' | 'v1a';
  readonly key: KeyObject;
}

/** One secret or key, or several of them while they are rotated. */
export type Keys = string | readonly string[];

const MIN_SECRET = 24;
const MAX_SECRET = 64;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

// RFC 8410: the fixed DER in front of a raw ed25519 key.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * A new shared secret, `whsec_` and base64, from the CSPRNG.
 *
 * @param bytes 24 to 64, default 32
 * @throws RangeError for another length
 */
export function createSecret(bytes = 32): string {
  if (!Number.isInteger(bytes) || bytes < MIN_SECRET || bytes > MAX_SECRET) {
    throw new RangeError(`a secret has ${MIN_SECRET} to ${MAX_SECRET} bytes`);
  }
  return `whsec_${randomBytes(bytes).toString('base64')}`;
}

/**
 * A new ed25519 key pair in the Standard Webhooks encoding: `whsk_` and base64 of seed and public key (64 bytes), `whpk_` and
 * base64 of the public key (32 bytes). The secret key stays with the sender; the receiver gets the public key.
 */
export function createKeyPair(): { secretKey: string; publicKey: string } {
  const pair = generateKeyPairSync('ed25519');
  const seed = pair.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(PKCS8_PREFIX.length);
  const publicKey = rawPublicKey(pair.publicKey);
  return {
    secretKey: `whsk_${Buffer.concat([seed, publicKey]).toString('base64')}`,
    publicKey: `whpk_${publicKey.toString('base64')}`,
  };
}

/**
 * Prepares keys to sign (`whsec_`, `whsk_`) or to verify (`whsec_`, `whpk_`) with.
 *
 * @throws KeyError
 */
export function prepareKeys(keys: Keys, use: 'sign' | 'verify'): PreparedKey[] {
  const list = typeof keys === 'string' ? [keys] : keys;
  if (!Array.isArray(list) || list.length === 0) {
    throw new KeyError('no_keys', `at least one secret or key is needed to ${use}`);
  }
  return list.map((key) => prepareKey(key, use));
}

/**
 * Prepares shared secrets only, for schemes without public keys.
 *
 * @throws KeyError
 */
export function prepareSecrets(keys: Keys): KeyObject[] {
  return prepareKeys(keys, 'verify').map(({ version, key }) => {
    if (version === 'v1') return key;
    throw new KeyError('hmac_only', 'signed URLs use shared secrets only: give a whsec_ secret, not a key pair');
  });
}

function prepareKey(text: unknown, use: 'sign' | 'verify'): PreparedKey {
  if (typeof text !== 'string' || text === '') {
    throw new KeyError('not_a_string', 'the secret is empty or not a string; is its environment variable set?');
  }
  if (/\s/.test(text)) {
    throw new KeyError('whitespace', 'the secret has white space around or in it; copy it again without line breaks');
  }
  const prefix = /^[a-z]+_/.exec(text)?.[0];
  switch (prefix) {
    case 'whsec_':
      return { version: 'v1', key: createSecretKey(decode(text, prefix, MIN_SECRET, MAX_SECRET)) };
    case 'whsk_':
      if (use === 'sign') return { version: 'v1a', key: privateKey(decode(text, prefix, 32, 64)) };
      throw new KeyError('secret_key_given', 'a whsk_ secret key signs; to verify, give its whpk_ public key instead');
    case 'whpk_':
      if (use === 'verify') return { version: 'v1a', key: publicKey(decode(text, prefix, 32, 32)) };
      throw new KeyError('public_key_given', 'a whpk_ public key only verifies; to sign, give its whsk_ secret key');
    default:
      throw new KeyError(
        'prefix_unknown',
        'a secret starts with whsec_ (shared secret), whsk_ (secret key) or whpk_ (public key); copy it with its prefix',
      );
  }
}

function decode(text: string, prefix: string, min: number, max: number): Buffer {
  const encoded = text.slice(prefix.length);
  if (!base64.test(encoded)) {
    throw new KeyError('base64_malformed', `what follows ${prefix} is not base64; was the secret cut or changed?`);
  }
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length < min || bytes.length > max) {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    throw new KeyError('length_wrong', `a ${prefix} value has ${wanted} bytes, this one ${bytes.length}; was it cut?`);
  }
  return bytes;
}

function privateKey(bytes: Buffer): KeyObject {
  if (bytes.length !== 32 && bytes.length !== 64) {
    throw new KeyError('length_wrong', `a whsk_ key has 32 or 64 bytes, this one ${bytes.length}; was it cut?`);
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, bytes.subarray(0, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
  if (bytes.length === 64 && !rawPublicKey(createPublicKey(key)).equals(bytes.subarray(32))) {
    throw new KeyError('key_mismatch', 'the two halves of the whsk_ key do not belong together; copy it again');
  }
  return key;
}

function publicKey(bytes: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);
}
