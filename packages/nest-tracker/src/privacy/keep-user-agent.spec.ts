import { describe, expect, it } from '@jest/globals';
import { keepUserAgent } from './keep-user-agent.js';

const hash = (text: string) => `hash of ${text}`;

describe('keepUserAgent', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.6723.91 Safari/537.36',
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.0 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.0',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) Version/17.4.1 Mobile/15E148 Safari/604.1',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0_0 like Mac OS X) Version/17.0.0 Mobile/15E148 Safari/604.0',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) Chrome/119.0.6045.66',
      'Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) Chrome/119.0.0.0',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; rv:132.0) Firefox/132.0', 'Mozilla/5.0 (Windows NT 10.0; rv:132.0) Firefox/132.0'],
    ['curl/8.5.0', 'curl/8.0.0'],
    ['no version', 'no version'],
  ])('keeps of %s what tells browsers apart, but not visitors', (userAgent, truncated) => {
    expect(keepUserAgent(userAgent, 'truncate', hash)).toBe(truncated);
    expect(keepUserAgent(userAgent, 'full', hash)).toBe(userAgent);
    expect(keepUserAgent(userAgent, 'hash', hash)).toBe(`hash of ${userAgent}`);
    expect(keepUserAgent(userAgent, 'none', hash)).toBeNull();
  });

  it('keeps at most 512 characters, and nothing of nothing', () => {
    expect(keepUserAgent('x'.repeat(600), 'truncate', hash)).toHaveLength(512);
    expect(keepUserAgent('x'.repeat(600), 'full', hash)).toHaveLength(512);
    for (const keep of ['truncate', 'hash', 'none', 'full'] as const) {
      expect([keepUserAgent(undefined, keep, hash), keepUserAgent('', keep, hash)]).toEqual([null, null]);
    }
  });

  it('is as fast for what a hostile visitor sends', () => {
    const hostile = `${'1.'.repeat(8_000)} Build/${'.'.repeat(8_000)}`;
    expect(keepUserAgent(hostile, 'truncate', hash)).toHaveLength(512);
  });
});
