import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  birthDate,
  country,
  email,
  emailWithoutAlias,
  emailWithoutGmailAlias,
  hashed,
  hashedList,
  lowerCase,
  phoneDigits,
  phoneE164,
  plainText,
  postalCode,
  verbatim,
} from './hash-person.js';

describe('hashing of personal data', () => {
  // The examples in the platforms' own documentation.
  it.each([
    ['Meta', email, 'John_Smith@gmail.com', '62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f'],
    ['Meta', phoneDigits, '1 (650)555-1212', 'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176'],
    ['Meta', plainText, 'Mary', '6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'],
    ['Meta', plainText, '정', '8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'],
    ['Meta', plainText, 'Valéry', '08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c'],
    ['Snap', email, ' Person@Example.com ', '542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345'],
    ['Snap', phoneDigits, '+44 844 412 4653', 'dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383'],
    ['Snap', plainText, 'John', '96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a'],
    ['Snap', plainText, 'Raphaël', 'e74bb89e718fe1e19c422a48382870399f8bf7ca8dfa008739e75b0be76627b7'],
    [
      'Microsoft',
      emailWithoutAlias,
      'jo.hn+news@Contoso.com',
      'ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602',
    ],
    ['Microsoft', phoneE164, '+1 425 555 1234', 'c59475d96e9f01d7d18d06cfad84dd02333207f02c0c2c5663ef2782cda0390e'],
  ])('gives the hash that %s documents', (_, normalise, value, hash) => {
    expect(hashed(value, normalise)).toBe(hash);
  });

  it.each([
    ['  Jane.Doe+x@Example.ORG ', email, 'jane.doe+x@example.org'],
    ['Cloudy.SanFrancisco+Shopping@gmail.com', emailWithoutGmailAlias, 'cloudysanfrancisco@gmail.com'],
    ['a.b@googlemail.com', emailWithoutGmailAlias, 'ab@googlemail.com'],
    ['user.name+NYC@Example.com', emailWithoutGmailAlias, 'user.name+nyc@example.com'],
    [' jane doe@example.com', emailWithoutGmailAlias, 'janedoe@example.com'],
    ['user.name+NYC@Example.com', emailWithoutAlias, 'username@example.com'],
    ['0049 (0)151 234-5678', phoneDigits, '491512345678'],
    ['+49 (0)151 2345678', phoneE164, '+491512345678'],
    ["Saint-Étienne d'Été 9", plainText, 'saintétiennedété9'],
    [' Anna Lena ', lowerCase, 'anna lena'],
    [' C_81 ', verbatim, 'C_81'],
    ['94107-1234', postalCode, '94107'],
    ['SW1A 1AA', postalCode, 'sw1a1aa'],
    ['01-234', postalCode, '01234'],
    [' DE ', country, 'de'],
    ['1990-02-28', birthDate, '19900228'],
  ])('normalises %j before it hashes', (given, normalise, normal) => {
    expect(normalise(given)).toBe(normal);
  });

  it.each([
    ['an address without domain', email, 'jane'],
    ['an address that is only an alias', emailWithoutAlias, '+x@example.com'],
    ['a national number', phoneDigits, '0151 2345678'],
    ['a number too long for E.164', phoneE164, '+1234567890123456'],
    ['too few digits', phoneDigits, '110'],
    ['a country by name', country, 'Germany'],
    ['a date that is none', birthDate, '1990-13-01'],
    ['punctuation alone', plainText, ' -., '],
    ['nothing', email, ''],
  ])('leaves out %s, since its hash would match nobody', (_, normalise, given) => {
    expect(hashed(given, normalise)).toBeUndefined();
    expect(hashedList(given, normalise)).toBeUndefined();
  });

  it('passes a value on that is hashed already', () => {
    const hash = 'A'.repeat(64);
    expect(hashed(` ${hash} `, email)).toBe(hash.toLowerCase());
    expect(hashedList(hash, phoneDigits)).toEqual([hash.toLowerCase()]);
  });

  it.each([[undefined], [null], [42]])('takes %j from a caller without types as absent', (value) => {
    expect(hashed(value as never, email)).toBeUndefined();
  });

  it('normalises what it has normalised to the same', () => {
    const all = [email, emailWithoutAlias, emailWithoutGmailAlias, phoneDigits, phoneE164, plainText, postalCode];
    const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress(), fc.stringMatching(/^[+0-9() -]{5,20}$/));
    fc.assert(
      fc.property(fc.constantFrom(...all), texts, (normalise, text) => {
        const once = normalise(text);
        if (once !== undefined) expect(normalise(once)).toBe(once);
      }),
    );
  });
});
