import { describe, expect, it } from '@jest/globals';
import { redactJson, redactParameters } from './redact.js';

describe('redactParameters', () => {
  it.each([
    ['token=s3cret', 'token=***'],
    ['a=1&token=s3cret&b=%20x', 'a=1&token=***&b=%20x'],
    ['TOKEN=s3cret&Token=x', 'TOKEN=***&Token=***'],
    ['%74oken=s3cret', '%74oken=***'],
    ['to%6ben=s3cret&to+ken=kept', 'to%6ben=***&to+ken=kept'],
    ['token=a=b==', 'token=***'],
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
