import { describe, expect, it } from '@jest/globals';
import { createKeyPair, createSecret, createVerifier, parseConversionMessage } from '@tallyback/protocol';
import { ConfigurationError } from '../errors.js';
import { tracker } from './tracker.js';

const secret = createSecret();
const good = { url: 'https://track.example.com', advertiser: 'acme', secret };
const NOW = Date.parse('2026-11-22T10:00:00.900Z');
const request = async (options = {}) =>
  await tracker({ ...good, ...options }).toRequest({ id: 'message-1', body: '{"a":"ü"}', attempt: 1, now: NOW });
const parsed = (data: object) => {
  const result = parseConversionMessage({
    type: 'conversion.created',
    timestamp: '2026-11-22T10:00:00.000Z',
    data: { transactionId: 'A-1', ...data },
  });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value;
};

describe('tracker()', () => {
  it.each([
    ['https://track.example.com', 'https://track.example.com', '/v1/conversions'],
    ['https://track.example.com/', 'https://track.example.com', '/v1/conversions'],
    ['http://127.0.0.1:4010/a/b//', 'http://127.0.0.1:4010', '/a/b/v1/conversions'],
  ])('takes %s as base URL', async (url, origin, path) => {
    expect(await request({ url })).toMatchObject({ method: 'POST', origin, path, body: '{"a":"ü"}' });
  });

  it('signs with each of several secrets, so that either side may rotate first', async () => {
    const [next, pair] = [createSecret(), createKeyPair()];
    const { headers } = await request({ secret: [secret, next, pair.secretKey] });
    for (const key of [secret, next, pair.publicKey]) {
      const verified = createVerifier(key).verify({
        id: headers['webhook-id'],
        timestamp: headers['webhook-timestamp'],
        signature: headers['webhook-signature'],
        body: Buffer.from('{"a":"ü"}'),
        now: NOW,
      });
      expect(verified).toMatchObject({ ok: true, id: 'message-1', timestamp: Math.floor(NOW / 1000) });
    }
  });

  it.each([
    ['url', 'track.example.com'],
    ['url', 'ftp://track.example.com'],
    ['url', 'https://user:password@track.example.com'],
    ['url', 'https://track.example.com/?key=1'],
    ['url', undefined],
    ['advertiser', 'Acme Ltd'],
    ['advertiser', undefined],
    ['secret', 'whsec_tooshort'],
    ['secret', []],
    ['concurrency', 0],
    ['concurrency', 1.5],
    ['ratePerSecond', 0],
    ['when', 'always'],
    ['on', []],
    ['secrets', 'whsec_x'],
    ['secret', null],
  ])('refuses %s = %j and names the option', (option, value) => {
    expect(() => tracker({ ...good, [option]: value } as never)).toThrow(ConfigurationError);
    expect(() => tracker({ ...good, [option]: value } as never)).toThrow(new RegExp(`^${option}: `));
  });

  it('takes what every destination takes', () => {
    const limits = {
      concurrency: 2,
      ratePerSecond: 5,
      burst: 3,
      windowMs: 9_000,
      timeoutMs: 100,
      breaker: false,
    } as const;
    const destination = tracker({
      ...good,
      ...limits,
      on: ['purchase'],
      when: ({ data }) => data.revenue !== '0.00',
      map: (one) => ({ ...one, data: { ...one.data, metadata: { plan: 'pro' } } }),
    });
    expect(destination).toMatchObject({ kind: 'tracker', ...limits });
    const prepared = (data: object) => destination.prepare?.(parsed(data), {});
    expect(prepared({ event: 'lead' })).toEqual({ skip: expect.stringContaining('lead') });
    expect(prepared({ revenue: '0.00', currency: 'EUR' })).toEqual({ skip: expect.stringContaining('when') });
    expect(prepared({})).toContain('"plan":"pro"');
  });

  it('names what it does not know, without the value, and what it knows', () => {
    const make = () => tracker({ ...good, signingKey: 'hunter2-hunter2' } as never);
    expect(make).toThrow(/^signingKey: .*tracker\(\).* secret/);
    expect(make).not.toThrow(/hunter2/);
  });

  it.each([[undefined], [null], ['https://track.example.com']])('says what it takes when given %j', (options) => {
    expect(() => tracker(options as never)).toThrow(ConfigurationError);
    expect(() => tracker(options as never)).toThrow(/url, advertiser, secret/);
  });

  it('explains a missing secret by where it usually comes from', () => {
    expect(() => tracker({ ...good, secret: undefined })).toThrow(/TALLYBACK_SECRET/);
  });

  it('never prints a secret that it refuses', () => {
    const wrong = 'whsec_c2VjcmV0';
    let message = '';
    try {
      tracker({ ...good, secret: wrong });
    } catch (error) {
      message = `${(error as Error).message} ${(error as Error).stack}`;
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('c2VjcmV0');
  });
});
