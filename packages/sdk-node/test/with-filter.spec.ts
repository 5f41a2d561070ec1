import { describe, expect, it } from '@jest/globals';
import type { ConversionMessage } from '@tallyback/protocol';
import { type Destination, type DestinationOptions, withFilter } from '../src/destinations.js';
import { ConfigurationError } from '../src/errors.js';
import { freeze, message } from './support/deliver.js';

const plain: Destination = {
  kind: 'plain',
  windowMs: 5_000,
  toRequest: ({ body }) => ({ method: 'POST', origin: 'https://x.example', path: '/', headers: {}, body }),
  classify: () => ({ outcome: 'delivered' }),
};
const filtered = (options: DestinationOptions) => withFilter(plain, options);

describe('withFilter()', () => {
  it('keeps what is not in `on` away from the destination', () => {
    const destination = filtered({ on: ['purchase', 'lead'] });
    expect(freeze(destination, message({ event: 'lead' }))).toEqual(expect.stringContaining('"event":"lead"'));
    expect(freeze(destination, message({ event: 'install' }))).toEqual({ skip: expect.stringContaining('install') });
  });

  it('asks `when` about the message as it was given, and changes it with `map` for this destination only', () => {
    const given = message();
    const destination = filtered({
      when: ({ data }) => data.revenue === '49.90',
      map: (one) => ({ ...one, data: { ...one.data, revenue: '40.00' } }),
    });
    expect(freeze(destination, given)).toContain('"revenue":"40.00"');
    expect(given.data.revenue).toBe('49.90');
    expect(freeze(destination, message({ revenue: '1.00' }))).toEqual({ skip: expect.any(String) });
  });

  it.each<[string, DestinationOptions]>([
    [
      '`when` throws',
      {
        when: () => {
          throw new Error('no such field');
        },
      },
    ],
    ['`map` returns nothing', { map: () => undefined as never }],
    [
      '`map` breaks the message',
      { map: (one): ConversionMessage => ({ ...one, data: { ...one.data, transactionId: '' } }) },
    ],
  ])('makes a dead letter, not a lost conversion, when %s', (_, options) => {
    expect(freeze(filtered(options), message())).toEqual({
      dead: expect.stringMatching(/no such field|invalid message/),
    });
  });

  it.each<[string, DestinationOptions]>([
    ['when', { when: (async () => false) as never }],
    ['when', { when: (async () => Promise.reject(new Error('lookup failed'))) as never }],
    // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are only known by it
    ['when', { when: () => ({ then: (done: (value: boolean) => void) => done(false) }) as never }],
    ['map', { map: (async (one: ConversionMessage) => one) as never }],
  ])('makes a dead letter that says so when `%s` is async', (name, options) => {
    expect(freeze(filtered(options), message())).toEqual({
      dead: expect.stringContaining(`\`${name}\` returned a promise`),
    });
  });

  it('makes a dead letter when the destination itself cannot prepare the message', () => {
    const broken: Destination = {
      ...plain,
      prepare: () => {
        throw new Error('boom');
      },
    };
    expect(freeze(withFilter(broken, {}), message())).toEqual({ dead: expect.stringContaining('boom') });
  });

  it('lets given limits go before the documented ones, and leaves the others alone', () => {
    expect(filtered({ concurrency: 2, ratePerSecond: 0.5, timeoutMs: 100 })).toMatchObject({
      concurrency: 2,
      ratePerSecond: 0.5,
      timeoutMs: 100,
      windowMs: 5_000,
    });
    expect(filtered({ windowMs: 9_000 }).windowMs).toBe(9_000);
    expect(filtered({})).not.toHaveProperty('concurrency');
  });

  it.each<[string, DestinationOptions]>([
    ['on', { on: [] }],
    ['on', { on: 'purchase' as never }],
    ['on[1]', { on: ['purchase', 'Lead'] }],
    ['when', { when: true as never }],
    ['map', { map: {} as never }],
    ['concurrency', { concurrency: 0 }],
    ['ratePerSecond', { ratePerSecond: 0 }],
    ['ratePerSecond', { ratePerSecond: Number.NaN }],
    ['windowMs', { windowMs: -1 }],
    ['timeoutMs', { timeoutMs: 2 ** 31 }],
  ])('refuses %s that cannot work: %j', (option, options) => {
    expect(() => filtered(options)).toThrow(ConfigurationError);
    expect(() => filtered(options)).toThrow(expect.objectContaining({ option }));
  });

  it('refuses a destination that is none, and options that do not exist', () => {
    expect(() => withFilter(undefined as never, {})).toThrow(expect.objectContaining({ option: 'destination' }));
    expect(() => withFilter(plain, undefined as never)).toThrow(expect.objectContaining({ option: 'options' }));
    expect(() => withFilter(plain, { wen: () => true } as never)).toThrow(/did you mean `when`/);
  });
});
