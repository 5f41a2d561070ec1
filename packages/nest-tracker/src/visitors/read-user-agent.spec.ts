import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readUserAgent } from './read-user-agent.js';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('a user agent', () => {
  it.each([
    ['Windows NT 10.0; Win64; x64', `${WEBKIT} Chrome/130.0.0.0 Safari/537.36`, 'desktop', 'Windows', 'Chrome'],
    ['Linux; Android 10; K', `${WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36`, 'mobile', 'Android', 'Chrome'],
    [
      'Macintosh; Intel Mac OS X 10_15_7',
      `${WEBKIT} Chrome/130.0 Safari/537.36 Edg/130.0`,
      'desktop',
      'macOS',
      'Microsoft Edge',
    ],
    [
      'iPad; CPU OS 17_4 like Mac OS X',
      'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
      'tablet',
      'iOS',
      'Safari',
    ],
    [
      'SMART-TV; Linux; Tizen 5.0',
      'AppleWebKit/538.1 (KHTML, like Gecko) Version/5.0 TV Safari/538.1',
      'tv',
      'Tizen',
      'Tizen',
    ],
  ])('of "%s" %s says what device, system and browser it is', (system, engine, device, os, browser) => {
    expect(readUserAgent(`Mozilla/5.0 (${system}) ${engine}`)).toEqual({ robot: false, device, os, browser });
  });

  it('of a crawler says that it is a robot', () => {
    const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
    expect(readUserAgent(googlebot)).toEqual({ robot: true, device: 'bot', os: null, browser: 'Googlebot' });
  });

  it('cannot bring in names of its own, so that nobody fills reports with made-up browsers', () => {
    expect(readUserAgent('Shop Of Horrors/1.0 (HorrorOS 3)')).toMatchObject({ device: null, os: null, browser: null });
    const names = new Set<string | null>();
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 700 }), fc.string(), (text, name) => {
        for (const agent of [text, `Mozilla/5.0 (${name}) ${text}`]) {
          const { device, os, browser } = readUserAgent(agent);
          for (const trait of [device, os, browser]) names.add(trait);
          expect(names.size).toBeLessThan(20);
        }
      }),
      { numRuns: 300 },
    );
  });
});
