import { describe, expect, it } from '@jest/globals';
import { createClickToken, parseClickToken } from '@tallyback/protocol';
import fc from 'fast-check';
import { header, shopifyAttributes, stripeRef, token } from './handoff.js';
import type { Consent, Touch } from './types.js';

const OWN = '01k8z7m3n4p5q6r7s8t9v0w1x2';
const touch = (id: string, param = 'clickid', at = 1_795_000_000_123): Touch => ({
  id,
  param,
  at,
  landing: 'https://shop.example/',
  referrer: '',
});
const clicks = (all: Touch[], consent: Consent = 'granted') => ({
  all: () => all,
  get: () => all.at(-1),
  consent: () => consent,
});
const platforms = (ids: Record<string, string>) => ({ get: () => ids });

describe('token', () => {
  it('is the very text that @tallyback/protocol would write', () => {
    expect(token(clicks([touch(OWN)]), platforms({ gclid: 'G-1' }))).toBe(
      createClickToken({
        clickId: OWN,
        clickedAt: 1_795_000_000,
        platformIds: { gclid: 'G-1' },
        consent: 'granted',
      }),
    );
  });

  it('can be read by the server whatever was captured', () => {
    const characters = [...'abcXYZ019_.~:|+/=,@!*$%-'];
    const id = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 512 });
    const name = fc.oneof(fc.constantFrom('gclid', 'ScCid', '_ef_transaction_id', 'sub-id', 'ä', ''), fc.string());
    const foreign = fc.tuple(id, name).map(([value, param]) => touch(value, param));
    const all = fc.array(fc.oneof(foreign, fc.constant(touch(OWN))), { maxLength: 5 });
    fc.assert(
      fc.property(all, fc.dictionary(name, id, { maxKeys: 5 }), (touches, ids) => {
        const text = token(clicks(touches), platforms(ids));
        if (text === undefined) return;
        const parsed = parseClickToken(text);
        expect(parsed).toMatchObject({ ok: true });
        const hasOwn = touches.some(({ id: value }) => value === OWN);
        expect(parsed.ok && parsed.value.clickId).toBe(hasOwn ? OWN : undefined);
      }),
    );
  });

  it('takes the click of ours that counts, or else the newest, and hands foreign ones over as ids of platforms', () => {
    const newer = '01k8z7m3n4p5q6r7s8t9v0w1x3';
    const read = (text: string | undefined) => {
      const parsed = parseClickToken(text);
      return parsed.ok ? parsed.value : parsed;
    };
    const both = [touch(OWN), touch(newer, 'clickid', 1_795_000_009_000), touch('G-1', 'gclid', 1_795_000_010_000)];
    expect(read(token(clicks(both)))).toMatchObject({
      clickId: newer,
      clickedAt: 1_795_000_009,
      platformIds: { gclid: 'G-1' },
    });
    expect(read(token({ ...clicks(both), get: () => both[0] }))).toMatchObject({ clickId: OWN });
    expect(read(token(clicks([touch('G-1', 'gclid')])))).toEqual({
      clickedAt: 1_795_000_000,
      platformIds: { gclid: 'G-1' },
      consent: 'granted',
    });
  });

  it('leaves ids of platforms out rather than becoming too long for the server', () => {
    const ids = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, 'x'.repeat(512)]));
    const text = token(clicks([touch(OWN)]), platforms(ids));
    expect(parseClickToken(text)).toMatchObject({ ok: true, value: { clickId: OWN } });
  });

  it('is not there without a click and without ids', () => {
    expect(token(clicks([]))).toBeUndefined();
    expect(token(clicks([]), platforms({ 'not a name': 'x' }))).toBeUndefined();
    expect(header(clicks([]))).toEqual({});
  });
});

describe('hand-off to others', () => {
  it('gives Stripe only what it takes as a reference', () => {
    expect(stripeRef(clicks([touch(OWN)]))).toBe(OWN);
    expect(stripeRef(clicks([touch('a+b', 'gclid')]))).toBeUndefined();
    expect(stripeRef(clicks([touch('x'.repeat(201), 'gclid')]))).toBeUndefined();
    expect(stripeRef(clicks([]))).toBeUndefined();
  });

  it('gives Shopify the body of a cart update', () => {
    expect(shopifyAttributes(clicks([touch(OWN)]))).toEqual({ attributes: { clickid: OWN } });
    expect(shopifyAttributes(clicks([]))).toEqual({ attributes: {} });
  });
});
