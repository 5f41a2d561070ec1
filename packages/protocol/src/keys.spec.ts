import { describe, expect, it } from '@jest/globals';
import vectors from '../vectors/signature.json' with { type: 'json' };
import { createKeyPair, createSecret, KeyError } from './keys.js';
import { createSigner, createVerifier } from './signature.js';

const errorOf = (key: string, use: string): KeyError | undefined => {
  try {
    if (use === 'sign') createSigner(key);
    else createVerifier(key);
  } catch (error) {
    if (error instanceof KeyError) return error;
    throw error;
  }
  return undefined;
};

describe('key vectors', () => {
  it.each(vectors.keys)('$use: $description', ({ key, use, error }) => {
    expect(errorOf(key, use)?.code).toBe(error ?? undefined);
  });

  it.each(vectors.keys.filter(({ key }) => key.length > 10))(
    'the message never holds the key: $description',
    (vector) => {
      const message = errorOf(vector.key, vector.use)?.message ?? '';
      const encoded = vector.key.trim().replace(/^[a-zA-Z]+_/, '');
      expect(message).not.toContain(encoded.slice(0, 10));
    },
  );
});

it.each([24, 32, 64])('a new secret of %p bytes signs and verifies', (bytes) => {
  const secret = createSecret(bytes);
  expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(bytes);
  expect(errorOf(secret, 'sign') ?? errorOf(secret, 'verify')).toBeUndefined();
});

it.each([23, 65, 0, 32.5])('a secret of %p bytes is refused', (bytes) => {
  expect(() => createSecret(bytes)).toThrow(RangeError);
});

it('new secrets and key pairs differ from each other', () => {
  expect(createSecret()).not.toBe(createSecret());
  expect(createKeyPair().secretKey).not.toBe(createKeyPair().secretKey);
});

it('a new key pair has the Standard Webhooks encoding: 64 and 32 bytes, the second half of one being the other', () => {
  const { secretKey, publicKey } = createKeyPair();
  const secretBytes = Buffer.from(secretKey.replace(/^whsk_/, ''), 'base64');
  const publicBytes = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64');
  expect(secretBytes).toHaveLength(64);
  expect(secretBytes.subarray(32).equals(publicBytes)).toBe(true);
});
