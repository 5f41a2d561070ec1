import { describe, expect, it } from '@jest/globals';
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
