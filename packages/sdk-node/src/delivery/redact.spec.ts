import { describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { keepable, redactor } from './redact.js';

const plain = redactor();

describe('what is kept of an answer', () => {
  it('is its beginning', () => {
    expect(keepable('short', plain)).toBe('short');
    expect(keepable('x'.repeat(9_000), plain)).toHaveLength(2_048);
  });

  it.each([
    ['a secret', createSecret()],
    ['a private key', `whsk_${'A'.repeat(44)}`],
    ['a signature', `v1,${'B'.repeat(44)}`],
    ['a token', `Bearer ${'c'.repeat(24)}`],
    ['a token in a URL', `access_token=${'d'.repeat(24)}`],
    ['a token in an answer', `"access_token": "${'e'.repeat(24)}"`],
  ])('hides %s that was echoed, also at the cut', (_, secret) => {
    for (const before of [0, 2_000, 2_040]) {
      const kept = keepable(`${'x '.repeat(before / 2)}${secret} end`, plain);
      expect(kept).not.toContain(secret.slice(-20));
      expect(kept).not.toContain(secret.slice(6, 26));
    }
  });

  it('hides what is known to be secret, as it is and as it looks in a URL', () => {
    const redact = redactor(['p&ss/word', 'p&ss/word-and-more', 'short']);
    expect(redact('x p&ss/word y p%26ss%2Fword z p&ss/word-and-more')).toBe('x [redacted] y [redacted] z [redacted]');
    expect(redact('a short story')).toBe('a short story');
    for (const before of [2_030, 2_040, 2_046]) {
      expect(keepable(`${'x'.repeat(before)}p&ss/word`, redact)).not.toContain('p&');
    }
  });
});
