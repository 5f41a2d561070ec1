import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import vectors from '../vectors/signature.json' with { type: 'json' };
import { createKeyPair, createSecret, KeyError } from './keys.js';
import { createSigner, createVerifier, type SignatureHeaders, type Verifier } from './signature.js';

const secret = createSecret();
const pair = createKeyPair();
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const bytes = fc.uint8Array({ maxLength: 200 });

const parts = (headers: SignatureHeaders) => ({
  id: headers['webhook-id'],
  timestamp: headers['webhook-timestamp'],
  signature: headers['webhook-signature'],
});

describe('signature vectors', () => {
  it.each(vectors.sign)('sign: $description', ({ keys, id, timestamp, bodyBase64, signature }) => {
    const body = Buffer.from(bodyBase64, 'base64');
    expect(createSigner(keys).sign({ id, timestamp, body })).toBe(signature);
  });

  it.each(vectors.verify)('verify: $description', ({ keys, id, timestamp, signature, bodyBase64, nowMs, result }) => {
    const verified = createVerifier(keys).verify({
      id: id ?? undefined,
      timestamp: timestamp ?? undefined,
      signature: signature ?? undefined,
      body: Buffer.from(bodyBase64, 'base64'),
      now: nowMs,
    });
    expect(verified.ok ? 'ok' : verified.reason).toBe(result);
  });
});

describe('signature properties', () => {
  const keySets: [string, string | string[], string | string[]][] = [
    ['a secret', secret, secret],
    ['a key pair', pair.secretKey, pair.publicKey],
    ['secrets in rotation', [createSecret(), secret], [secret, createSecret()]],
  ];

  it.each(keySets)('any bytes sign and verify with %s', (_, signingKeys, verifyingKeys) => {
    const signer = createSigner(signingKeys);
    const verifier = createVerifier(verifyingKeys);
    fc.assert(
      fc.property(id, seconds, bytes, (messageId, timestamp, body) => {
        const headers = signer.headers({ id: messageId, timestamp, body });
        expect(verifier.verify({ ...parts(headers), body, now: timestamp * 1000 })).toEqual({
          ok: true,
          id: messageId,
          timestamp,
        });
      }),
    );
  });

  it('takes headers as servers hand them over: a list of one, or null where there is none', () => {
    const headers = createSigner(secret).headers({ id: 'msg_1', timestamp: 1_000, body: 'x' });
    const { id, timestamp, signature } = parts(headers);
    const verify = (given: Partial<Parameters<Verifier['verify']>[0]>) =>
      createVerifier(secret).verify({ id, timestamp, signature, body: Buffer.from('x'), now: 1_000_000, ...given });
    expect(verify({ id: [id], timestamp: [timestamp], signature: [signature] })).toMatchObject({ ok: true });
    expect(verify({ signature: null })).toMatchObject({ reason: 'signature_missing' });
    expect(verify({ id: [] })).toMatchObject({ reason: 'signature_missing' });
    expect(verify({ id: [id, id] })).toMatchObject({ reason: 'signature_invalid' });
  });

  it.each(keySets)('any flipped bit of the body fails with %s', (_, signingKeys, verifyingKeys) => {
    const signer = createSigner(signingKeys);
    const verifier = createVerifier(verifyingKeys);
    fc.assert(
      fc.property(seconds, fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (timestamp, body, position) => {
        const headers = signer.headers({ id: 'msg_1', timestamp, body });
        const flipped = Uint8Array.from(body);
        const bit = position % (body.length * 8);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        const result = verifier.verify({ ...parts(headers), body: flipped, now: timestamp * 1000 });
        expect(result).toMatchObject({ ok: false, reason: 'signature_invalid' });
      }),
    );
  });

  it.each(keySets.slice(0, 2))('any changed character of id, timestamp or signature fails with %s', (_, sk, vk) => {
    const signer = createSigner(sk);
    const verifier = createVerifier(vk, { toleranceSeconds: Number.MAX_SAFE_INTEGER });
    const part = fc.constantFrom('id' as const, 'timestamp' as const, 'signature' as const);
    fc.assert(
      fc.property(id, seconds, part, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (name, ts, field, at, by) => {
        const signed = parts(signer.headers({ id: name, timestamp: ts, body: 'x' }));
        const index = at % signed[field].length;
        const changed = signed[field].slice(0, index) + by + signed[field].slice(index + 1);
        fc.pre(changed !== signed[field]);
        const result = verifier.verify({ ...signed, [field]: changed, body: Buffer.from('x') });
        expect(result).toMatchObject({ ok: false, reason: 'signature_invalid' });
      }),
    );
  });

  it('nothing a sender puts into the headers makes the verifier throw', () => {
    const verifier = createVerifier([secret, pair.publicKey]);
    const header = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
    const list = fc
      .array(fc.tuple(fc.constantFrom('v1', 'v1a', ''), fc.base64String()))
      .map((entries) => entries.map((entry) => entry.join(',')).join(' '));
    fc.assert(
      fc.property(fc.oneof(header, id), fc.oneof(header, seconds.map(String)), fc.oneof(header, list), (a, b, c) => {
        expect(verifier.verify({ id: a, timestamp: b, signature: c, body: Buffer.from('x') }).ok).toBe(false);
      }),
    );
  });

  it('a string and its UTF-8 bytes have the same signature', () => {
    const signer = createSigner([secret, pair.secretKey]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const message = { id: 'a', timestamp: 1, body: text };
        expect(signer.sign(message)).toBe(signer.sign({ ...message, body: Buffer.from(text) }));
      }),
    );
  });
});

describe('the published standardwebhooks library', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it('verifies what we sign', () => {
    const webhook = new Webhook(secret);
    const signer = createSigner([createSecret(), secret, pair.secretKey]);
    fc.assert(
      fc.property(id, fc.jsonValue(), (messageId, value) => {
        const body = JSON.stringify(value);
        const headers = signer.headers({ id: messageId, timestamp: now(), body });
        expect(JSON.stringify(webhook.verify(body, headers))).toBe(body);
      }),
    );
  });

  it('refuses what we sign with another secret', () => {
    const headers = createSigner(createSecret()).headers({ id: 'a', timestamp: now(), body: '{}' });
    expect(() => new Webhook(secret).verify('{}', headers)).toThrow('No matching signature found');
  });

  it('signs what we verify', () => {
    const webhook = new Webhook(secret);
    const verifier = createVerifier([createSecret(), pair.publicKey, secret]);
    fc.assert(
      fc.property(id, fc.string({ unit: 'grapheme' }), (messageId, text) => {
        const timestamp = now();
        const signature = webhook.sign(messageId, new Date(timestamp * 1000), text);
        const body = Buffer.from(text);
        expect(verifier.verify({ id: messageId, timestamp: `${timestamp}`, signature, body }).ok).toBe(true);
      }),
    );
  });

  it('has weak points that are not ours', () => {
    const webhook = new Webhook(secret);
    const verifier = createVerifier(secret);
    const timestamp = `${now()}`;
    const date = new Date(Number(timestamp) * 1000);
    const ask = (id: string, stamp: string, signature: string, body: Buffer) => ({
      theirs: () =>
        webhook.verify(
          body,
          { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': signature },
          {
            jsonParse: false,
          },
        ),
      ours: verifier.verify({ id, timestamp: stamp, signature, body }),
    });

    const dotted = ask(`a.${timestamp}`, timestamp, webhook.sign('a', date, `${timestamp}.{}`), Buffer.from('{}'));
    expect(dotted.theirs).not.toThrow();
    expect(dotted.ours).toMatchObject({ ok: false, reason: 'signature_invalid', field: 'webhook-id' });

    const binary = Buffer.from([0xff, 0xfe, 0]);
    const swapped = Buffer.from([0xfe, 0xff, 0]);
    const replaced = ask('a', timestamp, webhook.sign('a', date, binary), swapped);
    expect(replaced.theirs).not.toThrow();
    expect(replaced.ours).toMatchObject({ ok: false, reason: 'signature_invalid', field: 'webhook-signature' });

    const trailing = ask('a', `${timestamp}abc`, webhook.sign('a', date, '{}'), Buffer.from('{}'));
    expect(trailing.theirs).not.toThrow();
    expect(trailing.ours).toMatchObject({ ok: false, reason: 'signature_invalid', field: 'webhook-timestamp' });
  });
});

describe('tolerance', () => {
  const headers = createSigner(secret).headers({ id: 'a', timestamp: 1_000_000, body: 'x' });
  const verifyAt = (now: number, toleranceSeconds: number) =>
    createVerifier(secret, { toleranceSeconds }).verify({ ...parts(headers), body: Buffer.from('x'), now }).ok;

  it('can be set, and counts whole seconds of the clock', () => {
    expect(verifyAt(1_000_010_999, 10)).toBe(true);
    expect(verifyAt(1_000_011_000, 10)).toBe(false);
    expect(verifyAt(1_000_000_999, 0)).toBe(true);
    expect(verifyAt(999_999_999, 0)).toBe(false);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('of %p is refused', (toleranceSeconds) => {
    expect(() => createVerifier(secret, { toleranceSeconds })).toThrow(RangeError);
  });
});

describe('wrong use', () => {
  it.each(['', 'a.b', 'a b', 'é', 'a'.repeat(65), 'a\n'])('id %p is not signed', (messageId) => {
    expect(() => createSigner(secret).sign({ id: messageId, timestamp: 1, body: '' })).toThrow(RangeError);
  });

  it.each([-1, 1.5, Number.NaN, 1e12])('timestamp %p is not signed', (timestamp) => {
    expect(() => createSigner(secret).sign({ id: 'a', timestamp, body: '' })).toThrow(RangeError);
  });

  it('a parsed body is refused with a hint, since its bytes are lost', () => {
    const headers = createSigner(secret).headers({ id: 'a', timestamp: 1, body: '{}' });
    const body = {} as unknown as Uint8Array;
    expect(() => createVerifier(secret).verify({ ...parts(headers), body })).toThrow(/raw bytes/);
  });

  it('a signer or verifier without keys is refused', () => {
    expect(() => createSigner([])).toThrow(KeyError);
    expect(() => createVerifier(undefined as unknown as string)).toThrow(KeyError);
  });
});
