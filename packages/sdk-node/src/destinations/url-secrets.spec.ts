import { describe, expect, it } from '@jest/globals';
import { urlSecrets } from './url-secrets.js';

describe('urlSecrets()', () => {
  it.each([
    ['https://p.example/pb?key=abcdef', ['abcdef']],
    ['https://p.example/pb?a=abcdef-{clickid}-ghijkl', ['abcdef-', '-ghijkl']],
    ['https://p.example/pb?a=b%2Fsecret', ['b%2Fsecret', 'b/secret']],
    ['https://p.example/pb?a=b?secret&abc%', ['b?secret']],
    ['https://p.example/services/T00000000/abcdefghijklmnopqrstuvwx', ['T00000000', 'abcdefghijklmnopqrstuvwx']],
    ['https://p.example/pb?cur=EUR&event=purchase&status=approved&id={clickid}#fragment', []],
    ['https://k3y0fahost.example/postback/conversions', []],
    ['acme-2026', []],
  ])('finds in %s what may be a credential', (template, secrets) => {
    expect(urlSecrets(template)).toEqual(secrets);
  });
});
