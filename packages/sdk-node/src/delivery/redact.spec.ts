import { describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { keepable } from './redact.js';

describe('what is kept of an answer', () => {
  it('is its beginning', () => {
    expect(keepable('short')).toBe('short');
    expect(keepable('x'.repeat(9_000))).toHaveLength(2_048);
  });

  it.each([
    ['a secret', createSecret()],
    ['a private key', `whsk_${'A'.repeat(44)}`],
    ['a signature', `v1,${'B'.repeat(44)}`],
    ['a token', `Bearer ${'c'.repeat(24)}`],
  ])('hides %s that was echoed, also at the cut', (_, secret) => {
    for (const before of [0, 2_000, 2_040]) {
      const kept = keepable(`${'x '.repeat(before / 2)}${secret} end`);
      expect(kept).not.toContain(secret.slice(-20));
      expect(kept).not.toContain(secret.slice(6, 26));
    }
  });
});
