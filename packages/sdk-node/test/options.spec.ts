import { describe, expect, it } from '@jest/globals';
import { template } from '../src/destinations.js';
import { ConfigurationError } from '../src/errors.js';
import { house, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const destinations = { house: house('http://127.0.0.1:1') };

describe('the options of Tallyback', () => {
  it.each([
    ['queue', { queue: {} }, /sqliteQueue\(\)/],
    ['logger', { logger: {} }, /as `console` has/],
    ['logger', { logger: { warn() {}, error() {} } }, /debug, info, warn, error/],
    ['now', { now: 5 }, /Date\.now/],
    ['random', { random: 0.5 }, /Math\.random/],
    ['inline', { inline: 'yes' }, /true or false/],
    ['telemetry', { telemetry: 0 }, /true or false/],
    ['retryschedule', { retryschedule: [1] }, /did you mean `retrySchedule`/],
    ['atemptTimeoutMs', { atemptTimeoutMs: 1 }, /did you mean `attemptTimeoutMs`/],
    ['loggre', { loggre: console }, /did you mean `logger`/],
    ['lease', { lease: 9_000 }, /did you mean `leaseMs`/],
    ['concurrency', { concurrency: 4 }, /known are queue, destinations/],
  ])('refuse %s when it cannot work, and say what would', (option, given, detail) => {
    const make = () => shop({ destinations, ...(given as object) });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option, detail: expect.stringMatching(detail) }));
  });

  it('take what is left undefined as not given', () => {
    const nothing = { logger: undefined, now: undefined, random: undefined, inline: undefined };
    expect(() => shop({ destinations, ...(nothing as object) })).not.toThrow();
  });
});

describe('what a call is told', () => {
  const calls: [string, string, (tallyback: ReturnType<typeof shop>) => unknown, RegExp][] = [
    ['flush', 'timeout', (t) => t.flush({ timeout: 5 } as never), /did you mean `timeoutMs`/],
    ['flush', 'options', (t) => t.flush(null as never), /timeoutMs/],
    ['close', 'options', (t) => t.close('5s' as never), /an object/],
    ['unacknowledged', 'sinc', (t) => t.unacknowledged({ sinc: new Date() } as never), /`since`/],
    ['unacknowledged', 'options', (t) => t.unacknowledged(null as never), /since, before/],
    ['list', 'limit', (t) => t.deadLetters.list({ limit: 0 }), /1 to 1000/],
    ['list', 'limit', (t) => t.deadLetters.list({ limit: '5' as never }), /1 to 1000/],
    ['list', 'options', (t) => t.deadLetters.list(null as never), /destination, since/],
    ['list', 'destination', (t) => t.deadLetters.list({ destination: null as never }), /name of a destination/],
    ['convert', 'persn', (t) => t.convert({ transactionId: 'A-1' }, { persn: {} } as never), /`person`/],
    ['convert', 'person', (t) => t.convert({ transactionId: 'A-1' }, { person: 'Jane' as never }), /email/],
    ['update', 'manger', (t) => t.update({ transactionId: 'A-1', revenue: '1' }, { manger: {} } as never), /`manager`/],
  ];

  it.each(calls)('%s() refuses %s when nobody would read it or it cannot work', async (_, option, call, detail) => {
    const tallyback = shop({ destinations });
    await expect(Promise.resolve(call(tallyback))).rejects.toMatchObject({
      code: 'configuration_invalid',
      option,
      detail: expect.stringMatching(detail),
    });
    // Nothing of it happened: it is open, and nothing is stored.
    expect(await tallyback.unacknowledged()).toEqual([]);
  });

  it('is read as nothing when the context or the person is null, so that no order fails for that', async () => {
    const tallyback = shop({ destinations });
    await tallyback.convert({ transactionId: 'A-1' }, null as never);
    await tallyback.convert({ transactionId: 'A-2' }, { person: null as never });
    expect(await tallyback.unacknowledged()).toHaveLength(2);
  });

  it('is refused as a listener that nobody would call', () => {
    const tallyback = shop({ destinations });
    expect(() => tallyback.on('deads' as never, () => {})).toThrow(/did you mean `dead`/);
    expect(() => tallyback.once('failed' as never, () => {})).toThrow(/known are delivered, retry, dead, breaker/);
    expect(() => tallyback.on('dead', 'log' as never)).toThrow(expect.objectContaining({ option: 'listener' }));
  });

  it.each([
    [{ destinaton: 'house' }],
    [{ destination: undefined }],
    [{ destination: null }],
    [{ destination: '' }],
    [{ since: undefined }],
    [{ since: null }],
  ])('never takes %j for all dead letters, which would be replayed or deleted for good', async (selection) => {
    const tallyback = shop({ destinations: { crm: template('http://127.0.0.1:1/?t={transaction_id}') } });
    await tallyback.update({ transactionId: 'A-1', status: 'refunded' });
    for (const call of ['replay', 'discard'] as const) {
      await expect(tallyback.deadLetters[call](selection as never)).rejects.toThrow(ConfigurationError);
    }
    expect((await tallyback.deadLetters.list()).items).toHaveLength(1);
    expect(await tallyback.deadLetters.discard({})).toBe(1);
  });
});

describe('the time that flush() and close() may take', () => {
  it('is as long as it takes when it is Infinity', async () => {
    const tracker = await sink(() => {});
    tracker.behave((response) => setImmediate(() => recorded(response, {} as never, {} as never)));
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush({ timeoutMs: Number.POSITIVE_INFINITY })).toMatchObject({ delivered: 1 });
    await tallyback.convert({ transactionId: 'A-2' });
    expect(await tallyback.close({ timeoutMs: Number.POSITIVE_INFINITY })).toMatchObject({ delivered: 2 });
  });

  it.each([Number.NaN, '500', null])('is refused when it is %p, and then nothing is closed', async (timeoutMs) => {
    const tracker = await sink((response) => json(response, 201, { outcome: 'recorded', conversionId: 'c' }));
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await expect(tallyback.flush({ timeoutMs: timeoutMs as never })).rejects.toThrow(ConfigurationError);
    await expect(tallyback.close({ timeoutMs: timeoutMs as never })).rejects.toThrow(ConfigurationError);
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ deduplicated: false });
  });
});
