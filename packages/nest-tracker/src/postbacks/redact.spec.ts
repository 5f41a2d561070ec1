import { describe, expect, it } from '@jest/globals';
import { holdsSecret, redactJson, redactParameters, restoreSignature, signatureParameter } from './redact.js';

describe('redactParameters', () => {
  it.each([
    ['token=s3cret', 'token=***'],
    ['a=1&token=s3cret&b=%20x', 'a=1&token=***&b=%20x'],
    ['TOKEN=s3cret&Token=x', 'TOKEN=***&Token=***'],
    ['%74oken=s3cret', '%74oken=***'],
    ['to%6ben=s3cret&to+ken=kept', 'to%6ben=***&to+ken=kept'],
    ['token=a=b==', 'token=***'],
    ['a=1&amp;token=s3cret&AMP;Token=x', 'a=1&amp;token=***&AMP;Token=***'],
    ['token', 'token=***'],
    ['tb_id=1&tb_sig=v1%2Cabc', 'tb_id=1&tb_sig=***'],
    [
      'api_key=1&password=2&secret=3&security_token=4&verification_token=5',
      'api_key=***&password=***&secret=***&security_token=***&verification_token=***',
    ],
    ['tokens=kept&mytoken=kept&%zz=kept&&=', 'tokens=kept&mytoken=kept&%zz=kept&&='],
    ['', ''],
  ])('makes %j to %j', (raw, redacted) => {
    expect(redactParameters(raw)).toBe(redacted);
  });
});

describe('redactJson', () => {
  it.each([
    ['{"token":"s3cret","a":"b"}', '{"token":"***","a":"b"}'],
    ['{ "Token" : "s3\\"cret" }', '{ "Token" : "***" }'],
    ['{"a":{"password":"x"},"secret":"y"}', '{"a":{"password":"***"},"secret":"***"}'],
    ['{"token":"cut o', '{"token":"***"'],
    ['{"tokens":"kept","a":"token"}', '{"tokens":"kept","a":"token"}'],
    ['not JSON', 'not JSON'],
  ])('makes %j to %j', (raw, redacted) => {
    expect(redactJson(raw)).toBe(redacted);
  });
});

describe('a signature in a query', () => {
  const raw = 'a=1&tb_id=x&%74b_sig=v1%2Cabc&b=%20';

  it('is taken out and put back byte for byte', () => {
    expect(signatureParameter(raw)).toBe('v1%2Cabc');
    expect(restoreSignature(redactParameters(raw), 'v1%2Cabc')).toBe(raw);
    expect(restoreSignature('tb_sig=***&tb_sig=***', 'x')).toBe('tb_sig=x&tb_sig=***');
    expect(restoreSignature('a=1', 'x')).toBe('a=1');
    expect([signatureParameter('a=tb_sig'), signatureParameter('tb_sig'), signatureParameter('')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is no secret that a replay would miss, other than a token', () => {
    const misses = (query: string) => holdsSecret(query, redactParameters(query));
    expect([raw, `${raw}&token=x`, 'amp;token=x', 'a=token', ''].map(misses)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
