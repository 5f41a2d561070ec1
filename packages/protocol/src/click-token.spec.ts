import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createId } from './click-id.js';
import { type ClickToken, createClickToken, MAX_CLICK_TOKEN_LENGTH, parseClickToken } from './click-token.js';

const clickId = createId();
const write = (json: unknown) => `tb1.${Buffer.from(JSON.stringify(json)).toString('base64url')}`;
const faultsOf = (text: unknown) => {
  const parsed = parseClickToken(text);
  if (parsed.ok) throw new Error('it was taken');
  return parsed.faults;
};

describe('a click token', () => {
  it('is the format with its version, and base64url of JSON with short names', () => {
    const token = createClickToken({
      clickId,
      clickedAt: 1_700_000_000,
      platformIds: { gclid: 'x' },
      consent: 'granted',
    });
    expect(token).toMatch(/^tb1\.[A-Za-z0-9_-]+$/);
    expect(JSON.parse(Buffer.from(token.slice(4), 'base64url').toString())).toEqual({
      c: clickId,
      t: 1_700_000_000,
      p: { gclid: 'x' },
      k: 'granted',
    });
  });

  it('comes back as it was written', () => {
    const platformIds = fc.dictionary(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,9}$/),
      fc.stringMatching(/^[ -~]{1,40}$/),
      { maxKeys: 5, noNullPrototype: true },
    );
    const tokens = fc.record(
      {
        clickId: fc.constant(clickId),
        clickedAt: fc.nat(),
        platformIds,
        consent: fc.constantFrom('granted' as const, 'pending' as const, 'denied' as const),
      },
      { requiredKeys: ['clickedAt'] },
    ) as fc.Arbitrary<ClickToken>;
    fc.assert(
      fc.property(tokens, (token) => {
        expect(parseClickToken(createClickToken(token))).toEqual({ ok: true, value: token });
      }),
    );
  });

  it('takes a click id in capitals, and fields of a newer version', () => {
    const parsed = parseClickToken(write({ c: clickId.toUpperCase(), t: 1, z: 'new' }));
    expect(parsed).toEqual({ ok: true, value: { clickId, clickedAt: 1 } });
  });

  it.each([
    ['nothing', undefined],
    ['a click id', clickId],
    ['no content', 'tb1.'],
    ['other characters', 'tb1.e30='],
    ['no JSON', 'tb1.abcd'],
    ['no UTF-8', `tb1.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}`],
    ['a list', write([])],
    ['null', write(null)],
    ['another version', createClickToken({ clickedAt: 1 }).replace('tb1', 'tb2')],
    ['something too long', write({ t: 1, x: 'x'.repeat(2_000) })],
  ])('is not %s', (_, text) => {
    expect(faultsOf(text)).toMatchObject([{ reason: 'malformed_request', field: '' }]);
  });

  it('tells every fault at once and repeats no value', () => {
    const secret = 'x'.repeat(600);
    const faults = faultsOf(
      write({ c: 'nope', t: -1, p: { 'a b': 'v', gclid: secret, fbp: 'line\nbreak' }, k: 'maybe' }),
    );
    expect(faults.map(({ field }) => field)).toEqual(['c', 't', 'p', 'p', 'p', 'k']);
    expect(JSON.stringify(faults)).not.toMatch(/nope|maybe|xxx|a b/);
    expect(faultsOf(write({ c: clickId }))).toMatchObject([{ reason: 'missing_field', field: 't' }]);
    expect(faultsOf(write({ t: 1, p: 'gclid' }))).toMatchObject([{ field: 'p' }]);
  });

  it('cannot be written longer than it may be', () => {
    const platformIds = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`id${n}`, 'x'.repeat(512)]));
    expect(() => createClickToken({ clickedAt: 1, platformIds })).toThrow(RangeError);
    expect(createClickToken({ clickedAt: 1, platformIds: { a: 'x'.repeat(500) } }).length).toBeLessThan(
      MAX_CLICK_TOKEN_LENGTH,
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parseClickToken(value)));
    fc.assert(fc.property(fc.json(), (json) => void parseClickToken(`tb1.${Buffer.from(json).toString('base64url')}`)));
  });
});
