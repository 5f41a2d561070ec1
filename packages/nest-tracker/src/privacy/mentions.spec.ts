import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mentions, spellings } from './mentions.js';

describe('a mention of somebody', () => {
  it.each([
    ['{"data":{"customerId":"c_81"}}', true],
    ['{"data":{"metadata":{"mail":"c_81"}}}', true],
    ['{"messages":[{"data":{"customerId":"c_81"}}]}', true],
    ['{"data":{"customerId":"c_811"}}', false],
    ['{"c_81":"x"}', false],
    ['{"data":{"customerId":"c_81","items":[{"sk', true],
    ['{"data":{"customerId":"c_82","items":[{"sk', false],
    ['clickid=1&customer=c_81', true],
    ['clickid=1&customer=c_811', false],
    ['c_81=1', false],
    ['', false],
    [null, false],
  ])('in %j: %s', (logged, expected) => {
    expect(mentions(logged, 'c_81')).toBe(expected);
  });

  it('is found by one of its spellings, however the sender wrote it', () => {
    const php = (text: string) =>
      JSON.stringify(text)
        .replaceAll(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .replaceAll('/', '\\/');
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(texts, (text) => {
        const bodies = [
          JSON.stringify({ customerId: text }),
          `{"customerId":${php(text)}}`,
          `customer=${encodeURIComponent(text)}`,
          new URLSearchParams({ customer: text }).toString(),
        ];
        for (const body of bodies) {
          expect(mentions(body, text)).toBe(true);
          expect(spellings(text).some((spelling) => body.includes(spelling))).toBe(true);
        }
      }),
    );
  });
});
