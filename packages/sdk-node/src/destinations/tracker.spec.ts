import { describe, expect, it } from '@jest/globals';
import { createKeyPair, createSecret, createVerifier } from '@tallyback/protocol';
import { ConfigurationError } from '../errors.js';
import { tracker } from './tracker.js';

const secret = createSecret();
const good = { url: 'https://track.example.com', advertiser: 'acme', secret };
const NOW = Date.parse('2026-11-22T10:00:00.900Z');
const request = async (options = {}) =>
  await tracker({ ...good, ...options }).toRequest({ id: 'message-1', body: '{"a":"ü"}', attempt: 1, now: NOW });

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
  ])('refuses %s = %j and names the option', (option, value) => {
    expect(() => tracker({ ...good, [option]: value } as never)).toThrow(ConfigurationError);
    expect(() => tracker({ ...good, [option]: value } as never)).toThrow(new RegExp(`^${option}: `));
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
