import { createHmac, createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hmacSha256 } from './hmac.js';

const secret = fc.uint8Array({ minLength: 24, maxLength: 64 });
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 400 }));
const expected = (key: Uint8Array, content: Uint8Array | string) =>
  createHmac('sha256', key).update(content).digest('base64');

describe('HMAC-SHA256', () => {
  it("of text and bytes is Node's, whatever they hold, one after the other with several keys", () => {
    const messages = fc.array(fc.record({ key: fc.nat(2), prefix: text, body: fc.oneof(text, fc.uint8Array()) }));
    fc.assert(
      fc.property(fc.tuple(secret, secret, secret), messages, (secrets, list) => {
        const keys = secrets.map((bytes) => createSecretKey(bytes));
        for (const { key, prefix, body } of list) {
          const whole = typeof body === 'string' ? prefix + body : Buffer.concat([Buffer.from(prefix), body]);
          const made = hmacSha256(keys[key] as (typeof keys)[number], prefix, body);
          expect(made).toBe(expected(secrets[key] as Uint8Array, whole));
        }
      }),
    );
  });

  it.each([21_000, 65_530, 65_536, 65_537, 4_000_000])("of %d characters or bytes is Node's", (length) => {
    const bytes = Buffer.alloc(32, 7);
    const key = createSecretKey(bytes);
    for (const body of ['€'.repeat(length), Buffer.alloc(length, 'x')]) {
      const whole = typeof body === 'string' ? `id.1.${body}` : Buffer.concat([Buffer.from('id.1.'), body]);
      expect(hmacSha256(key, 'id.1.', body)).toBe(expected(bytes, whole));
    }
  });

  it('agrees with the test cases of RFC 4231', () => {
    const key = createSecretKey(Buffer.alloc(20, 0x0b));
    const hex = Buffer.from(hmacSha256(key, 'Hi ', 'There'), 'base64').toString('hex');
    expect(hex).toBe('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
    const jefe = createSecretKey(Buffer.from('Jefe'));
    const second = Buffer.from(hmacSha256(jefe, 'what do ya want ', 'for nothing?'), 'base64').toString('hex');
    expect(second).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('refuses a key that would have to be hashed first', () => {
    expect(() => hmacSha256(createSecretKey(Buffer.alloc(65)), '', '')).toThrow(RangeError);
  });
});
