import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import vectors from '../vectors/signed-url.json' with { type: 'json' };
import { createKeyPair, createSecret, KeyError } from './keys.js';
import { canonicalQuery, createUrlVerifier, SignedUrlError, signUrl } from './signed-url.js';

const secret = createSecret();
const timestamp = 1_700_000_000;
const now = timestamp * 1000;

/** The request line's parts, as a receiver sees them. */
const received = (url: string) => {
  const { pathname, search } = new URL(url);
  return { method: 'GET', path: pathname, query: search.slice(1), now };
};

describe('signed URL vectors', () => {
  it.each(vectors.canonicalQuery)('canonical query: $description', ({ query, canonical, error }) => {
    if (canonical !== undefined) expect(canonicalQuery(query)).toBe(canonical);
    else expect(() => canonicalQuery(query)).toThrow(expect.objectContaining({ code: error }));
  });

  it.each(vectors.sign)('sign: $description', ({ signed, description, ...options }) => {
    expect(signUrl(options)).toBe(signed);
  });

  it.each(vectors.verify)('verify: $description', ({ keys, method, path, query, nowMs, result }) => {
    const verified = createUrlVerifier(keys).verify({ method, path, query, now: nowMs });
    expect(verified.ok ? 'ok' : verified.reason).toBe(result);
  });
});

describe('signed URL properties', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const pairs = fc.array(fc.tuple(text, text), { maxLength: 6 });
  const urlOf = (entries: [string, string][]) => `https://t.example/postback?${new URLSearchParams(entries)}`;

  it('any parameters sign and verify', () => {
    fc.assert(
      fc.property(pairs, (entries) => {
        const url = signUrl({ url: urlOf(entries), id: 'm_1', timestamp, keys: [createSecret(), secret] });
        expect(createUrlVerifier(secret).verify(received(url))).toEqual({ ok: true, id: 'm_1', timestamp });
      }),
    );
  });

  it('any other parameters do not verify', () => {
    fc.assert(
      fc.property(pairs, pairs, (entries, others) => {
        const sorted = (list: [string, string][]) => JSON.stringify(list.map((pair) => JSON.stringify(pair)).sort());
        fc.pre(sorted(entries) !== sorted(others));
        const url = new URL(signUrl({ url: urlOf(entries), id: 'm_1', timestamp, keys: secret }));
        const signed = ['tb_id', 'tb_ts', 'tb_sig'].map(
          (name) => [name, url.searchParams.get(name)] as [string, string],
        );
        const forged = `https://t.example/postback?${new URLSearchParams([...others, ...signed])}`;
        expect(createUrlVerifier(secret).verify(received(forged))).toMatchObject({
          ok: false,
          reason: 'signature_invalid',
        });
      }),
    );
  });

  it('the canonical query is a fixed point and does not depend on the order of parameters', () => {
    fc.assert(
      fc.property(pairs, (entries) => {
        const canonical = canonicalQuery(`${new URLSearchParams(entries)}`);
        expect(canonicalQuery(canonical)).toBe(canonical);
        expect(canonicalQuery(`${new URLSearchParams([...entries].reverse())}`)).toBe(canonical);
      }),
    );
  });

  it('nothing on the request line makes the verifier throw', () => {
    // Any UTF-16, lone surrogates included.
    const any = fc.array(fc.nat({ max: 0xffff })).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(
        any,
        any,
        fc.oneof(
          any,
          any.map((value) => `tb_id=a&tb_ts=1&tb_sig=${value}`),
        ),
        (method, path, query) => {
          expect(createUrlVerifier(secret).verify({ method, path, query }).ok).toBe(false);
        },
      ),
    );
  });
});

it('signing again replaces the signature', () => {
  const first = signUrl({ url: 'https://t.example/p?a=1&tb_id=x', id: 'm_1', timestamp: 1, keys: secret });
  const second = signUrl({ url: first, id: 'm_2', timestamp, keys: secret });
  expect(second).toBe(signUrl({ url: 'https://t.example/p?a=1', id: 'm_2', timestamp, keys: secret }));
  expect(createUrlVerifier(secret).verify(received(second))).toMatchObject({ ok: true, id: 'm_2' });
});

it('a fragment stays, unsigned, since it is never sent', () => {
  const url = signUrl({ url: 'https://t.example/p?a=1#top', id: 'm_1', timestamp, keys: secret });
  expect(url).toMatch(/#top$/);
  expect(createUrlVerifier(secret).verify(received(url)).ok).toBe(true);
});

it('what is signed is the path as clients send it', () => {
  const url = signUrl({ url: 'https://t.example/a/../b é', id: 'm_1', timestamp, keys: secret });
  expect(received(url).path).toBe('/b%20%C3%A9');
  expect(createUrlVerifier(secret).verify(received(url)).ok).toBe(true);
});

it('what cannot be signed is refused', () => {
  const options = { url: 'https://t.example/p', id: 'm_1', timestamp, keys: secret };
  expect(() => signUrl({ ...options, url: '/p' })).toThrow(SignedUrlError);
  expect(() => signUrl({ ...options, url: 'https://t.example/p?a=%' })).toThrow(SignedUrlError);
  expect(() => signUrl({ ...options, id: 'a.b' })).toThrow(RangeError);
  expect(() => signUrl({ ...options, timestamp: 1.5 })).toThrow(RangeError);
});

it('key pairs are refused, since the scheme has shared secrets only', () => {
  const { publicKey, secretKey } = createKeyPair();
  expect(() => createUrlVerifier(publicKey)).toThrow(expect.objectContaining({ code: 'hmac_only' }));
  expect(() => signUrl({ url: 'https://t.example/', id: 'a', timestamp, keys: secretKey })).toThrow(KeyError);
});
