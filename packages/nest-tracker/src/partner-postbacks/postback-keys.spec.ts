import { describe, expect, it } from '@jest/globals';
import type { KeyedPostback, PartnerPostback } from '../catalog/catalog.js';
import { withKeys } from './postback-keys.js';

const a: PartnerPostback = { url: 'https://a.example/pb?id={external_id}' };
const b: PartnerPostback = { url: 'https://b.example/pb?id={external_id}', on: ['lead'] };
const standing: KeyedPostback[] = [
  { ...a, key: 'first' },
  { ...b, key: 'second' },
];
const keys = (list: readonly PartnerPostback[], before = standing) => withKeys(list, before).map(({ key }) => key);

describe('the key of a postback', () => {
  it('is made of the host, and another one when that is taken', () => {
    expect(keys([a, b, { ...a, on: ['lead'] }], [])).toEqual(['a-example', 'b-example', 'a-example-2']);
    expect(keys([{ url: 'https://[2001:db8::1]:8080/?id={clickid}' }], [])).toEqual(['2001-db8-1-8080']);
    expect(keys([{ url: 'https://{sub1}/?id={clickid}' }], [])).toEqual(['sub1']);
  });

  it('stays when the list is put in another order, or one before it goes', () => {
    expect(keys([b, a])).toEqual(['second', 'first']);
    expect(keys([b])).toEqual(['second']);
  });

  it('stays when anything but the address changes', () => {
    const changed = { ...b, url: 'https://b.example/pb?id={external_id}&sum={payout}', status: ['refunded'] };
    expect(keys([changed, a])).toEqual(['second', 'first']);
  });

  it('stays with the place in a list of the same length when the address changes as well', () => {
    const moved = { url: 'https://c.example/pb?id={external_id}' };
    expect(keys([moved, b])).toEqual(['first', 'second']);
    expect(keys([moved])).toEqual(['c-example']);
  });

  it('is what it is said to be', () => {
    expect(keys([{ ...b, key: 'first' }, a])).toEqual(['first', 'a-example']);
  });

  it('is never that of one that goes at the same time', () => {
    const before: KeyedPostback[] = [{ ...a, on: ['lead'], key: 'a-example' }];
    expect(keys([b, { url: 'https://a.example/other?id={clickid}' }], before)).toEqual(['b-example', 'a-example-2']);
  });
});
