import { describe, expect, it } from '@jest/globals';
import { readPostbackParameters } from './postback-parameters.js';

const read = (query: string) => {
  const { refusal, ...read } = readPostbackParameters(new URLSearchParams(query));
  return refusal ?? read;
};

describe('readPostbackParameters', () => {
  it('knows each value by its names, in any case, and remembers which was used', () => {
    expect(read('CID=c&order_id=t&ET=lead&sum=1&payout=2&currency=EUR&status=approved&advertiser=a&token=x')).toEqual({
      values: {
        clickId: 'c',
        transactionId: 't',
        event: 'lead',
        revenue: '1',
        payout: '2',
        currency: 'EUR',
        status: 'approved',
        advertiser: 'a',
        token: 'x',
      },
      names: {
        clickId: 'cid',
        transactionId: 'order_id',
        event: 'et',
        revenue: 'sum',
        payout: 'payout',
        currency: 'currency',
        status: 'status',
        advertiser: 'advertiser',
        token: 'token',
      },
      extras: {},
    });
  });

  it.each([
    ['cid=3&click_id=2&clickid=1', '1'],
    ['clickid=1&click_id=2&cid=3', '1'],
    ['cid=3&click_id=2', '2'],
    ['clickid=&cid=3', '3'],
  ])('prefers our own name, then the next: %s', (query, clickId) => {
    expect(read(query)).toMatchObject({ values: { clickId } });
  });

  it('refuses a value that contradicts itself under one name', () => {
    expect(read('txid=1&TXID=2')).toMatchObject({ reason: 'invalid_field', field: 'TXID' });
    expect(read('txid=1&txid=1&order_id=2')).toMatchObject({ values: { transactionId: '1' } });
  });

  it.each(['tb_id=1', 'TB_SIG=x', 'tb_ts='])('leaves a signature to whoever verifies it: %s', (query) => {
    expect(read(query)).toMatchObject({ extras: {} });
  });

  it('knows the values of a postback that it refuses, so that the log can be searched by them', () => {
    expect(
      readPostbackParameters([
        ['txid', 'T-1'],
        ['clickid', '{clickid}'],
      ]).values,
    ).toEqual({
      transactionId: 'T-1',
      clickId: '{clickid}',
    });
  });

  it('keeps as many other parameters as fit into metadata', () => {
    const many = Array.from({ length: 200 }, (_, i) => `name${i}=${'v'.repeat(50)}`).join('&');
    const { extras } = read(many) as { extras: Record<string, string> };
    expect(Buffer.byteLength(JSON.stringify(extras))).toBeLessThanOrEqual(4_096);
    expect(Object.keys(extras).length).toBeGreaterThan(50);
  });

  it('refuses macros only where a value means something', () => {
    expect(read('txid={order}')).toMatchObject({ reason: 'invalid_field', field: 'txid' });
    expect(read('sub1={sub1}')).toMatchObject({ extras: { sub1: '{sub1}' } });
  });
});
