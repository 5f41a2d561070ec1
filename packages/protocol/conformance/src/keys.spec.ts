import { describe, expect, it } from '@jest/globals';
import {
  createKeyPair,
  createSecret,
  createSigner,
  createVerifier,
  REASONS,
  OUTCOME_STATUS as STATUS,
  signUrl,
} from '@tallyback/protocol';
import { OUTCOME_STATUS, REASON_STATUS } from './contract.js';
import { isSignatureOf, readPublicKey, readSecret, readSigningKey, signatureOf, signedContent } from './keys.js';
import { canonicalQuery } from './receiver/canonical-query.js';

const BODY = Buffer.from('{"name":"Zoë 🛒"}');
const ID = 'msg_1';
const TIMESTAMP = 1_700_000_000;
const CONTENT = signedContent(ID, `${TIMESTAMP}`, BODY);

describe("the kit's own reading of the protocol", () => {
  it('signs by a secret as the package verifies', () => {
    const secret = createSecret();
    const signature = `v1,${signatureOf(readSecret(secret), CONTENT).toString('base64')}`;
    const parts = { id: ID, timestamp: `${TIMESTAMP}`, signature, body: BODY, now: TIMESTAMP * 1000 };
    expect(createVerifier(secret).verify(parts)).toMatchObject({ ok: true });
  });

  it('signs by an ed25519 key as the package verifies', () => {
    const { secretKey, publicKey } = createKeyPair();
    const signature = `v1a,${signatureOf(readSigningKey(secretKey), CONTENT).toString('base64')}`;
    const parts = { id: ID, timestamp: `${TIMESTAMP}`, signature, body: BODY, now: TIMESTAMP * 1000 };
    expect(createVerifier(publicKey).verify(parts)).toMatchObject({ ok: true });
  });

  it('verifies what the package signs, and nothing else', () => {
    const secret = createSecret();
    const { secretKey, publicKey } = createKeyPair();
    const [mac = '', byKey = ''] = createSigner([secret, secretKey])
      .sign({ id: ID, timestamp: TIMESTAMP, body: BODY })
      .split(' ');
    expect(isSignatureOf(readSecret(secret), CONTENT, mac)).toBe(true);
    expect(isSignatureOf(readPublicKey(publicKey), CONTENT, byKey)).toBe(true);
    expect(isSignatureOf(readSecret(secret), CONTENT, byKey)).toBe(false);
    expect(isSignatureOf(readPublicKey(publicKey), CONTENT, mac)).toBe(false);
    expect(isSignatureOf(readSecret(createSecret()), CONTENT, mac)).toBe(false);
    expect(isSignatureOf(readSecret(secret), signedContent('msg_2', `${TIMESTAMP}`, BODY), mac)).toBe(false);
    expect(isSignatureOf(readPublicKey(publicKey), signedContent('msg_2', `${TIMESTAMP}`, BODY), byKey)).toBe(false);
  });

  it('writes the canonical query that the package signs', () => {
    const secret = createSecret();
    const query = "sub1=Zo%c3%ab+x&b=2&a-b=3&a_b=4&é=5&empty&c=it's(1)*!~";
    const url = new URL(
      signUrl({ url: `https://track.example/postback?${query}`, id: ID, timestamp: TIMESTAMP, keys: secret }),
    );
    const content = `${ID}.${TIMESTAMP}.GET\n/postback\n${canonicalQuery(url.search.slice(1))}`;
    const signature = signatureOf(readSecret(secret), Buffer.from(content)).toString('base64url');
    expect(url.searchParams.get('tb_sig')).toBe(`v1,${signature}`);
  });

  it.each([
    ['a secret that was cut', () => readSecret('whsec_AAAA'), /whsec_ and the base64 of 24 to 64 bytes/],
    ['another kind of key', () => readSecret(createKeyPair().secretKey), /whsec_/],
    ['what is not base64', () => readSigningKey('whsk_!!!!'), /whsk_ and the base64 of 32 to 64 bytes/],
    ['a public key that was cut', () => readPublicKey('whpk_AAAA'), /whpk_ and the base64 of 32 bytes/],
  ])('refuses %s', (_, read, message) => {
    expect(read).toThrow(message);
  });

  it('knows the same outcomes and reasons as the package', () => {
    expect(REASON_STATUS).toEqual(REASONS);
    expect(OUTCOME_STATUS).toEqual(STATUS);
  });
});
