import { describe, expect, it } from '@jest/globals';
import { googleFailure, partial } from './support/ad-platforms/google-failure.js';
import { platforms } from './support/ad-platforms/index.js';
import { text } from './support/ad-platforms/platform.js';
import { NOW } from './support/deliver.js';

type Name = keyof typeof platforms;

const verdict = (name: Name, status: number, body: string) =>
  platforms[name].make({}).classify({ status, headers: {}, body }, NOW);
const metaError = (error: object) => text({ error: { message: 'no', ...error } });

describe('what ad platforms answer', () => {
  it.each<[Name, number, string]>([
    ['meta', 400, metaError({ code: 190 })],
    ['meta', 400, metaError({ code: 200 })],
    ['tiktok', 200, text({ code: 40105, message: 'revoked' })],
    ['tiktok', 200, text({ code: 40001, message: 'no permission' })],
    ['google-ads', 401, text({ error: { code: 401, ...googleFailure('OAUTH_TOKEN_EXPIRED', 'authenticationError') } })],
    ['snap', 401, ''],
    ['reddit', 403, ''],
  ])('%s with HTTP %i %s is about credentials, which can be renewed meanwhile', (name, status, body) => {
    expect(verdict(name, status, body)).toEqual({ outcome: 'retry', why: expect.stringContaining('renew them') });
  });

  it.each<[Name, number, string]>([
    ['meta', 400, metaError({ code: 99, is_transient: true })],
    ['meta', 400, metaError({ code: 4 })],
    ['meta', 400, metaError({ code: 80004 })],
    ['tiktok', 200, text({ code: 40100, message: 'too many requests' })],
    ['google-ads', 200, partial('INTERNAL_ERROR', 'internalError')],
    ['google-ads', 503, text({ error: { code: 503, ...googleFailure('SOMETHING_NEW', 'x') } })],
  ])('%s with HTTP %i %s passes by itself', (name, status, body) => {
    expect(verdict(name, status, body)).toMatchObject({ outcome: 'retry', why: expect.not.stringContaining('renew') });
  });

  it.each<[Name, number, string, string]>([
    ['microsoft', 200, text({ eventsReceived: 0 }), 'no event'],
    ['google-ads', 403, text({ error: { code: 403, ...closed() } }), 'googleDataManager()'],
    ['google-ads', 400, text({ error: { code: 400, ...googleFailure('UNPARSEABLE_GCLID') } }), 'UNPARSEABLE_GCLID'],
    ['snap', 200, text({ status: 'PARTIAL_SUCCESS', reason: 'half' }), 'half'],
    ['openai', 200, text({ error: {} }), 'without a message'],
  ])('%s with HTTP %i %s is final', (name, status, body, why) => {
    expect(verdict(name, status, body)).toEqual({ outcome: 'dead', why: expect.stringContaining(why) });
  });

  it('takes a warning of Microsoft beside a success for what it is', () => {
    const details = [{ propertyName: 'data[0].msclkid', errorMessage: 'odd', isWarning: true }];
    expect(verdict('microsoft', 200, text({ eventsReceived: 1, error: { details } }))).toEqual({
      outcome: 'delivered',
    });
  });

  it('never throws, whatever a platform answers', () => {
    const bodies = [
      '',
      'null',
      '[]',
      '0',
      '"x"',
      '{"error":null}',
      '{"errors":{}}',
      '{"events":[null]}',
      '{"code":{}}',
    ];
    for (const name of Object.keys(platforms) as Name[]) {
      for (const status of [100, 200, 204, 301, 400, 401, 403, 429, 500, 599]) {
        for (const body of bodies) expect(verdict(name, status, body)).toHaveProperty('outcome');
      }
    }
  });
});

function closed(): object {
  return googleFailure('CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE', 'notAllowlistedError');
}
