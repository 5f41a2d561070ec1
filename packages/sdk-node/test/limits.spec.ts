import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../../scripts/net/free-ports.js';
import type { Destination } from '../src/destinations/destination.js';
import { tracker, withFilter } from '../src/destinations.js';
import type { TallybackOptions } from '../src/options.js';
import { SECRET, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const START = Date.parse('2026-11-22T10:00:00.000Z');

const to = (url: string, options: Parameters<typeof withFilter>[1] = {}): Destination =>
  withFilter(tracker({ url, advertiser: 'acme', secret: SECRET }), options);

/** A shop with a clock that the test sets. */
function timed(options: Partial<TallybackOptions> & Pick<TallybackOptions, 'destinations'>) {
  const clock = { at: START };
  const tallyback = shop({ now: () => clock.at, ...options });
  const changes: string[] = [];
  tallyback.on('breaker', ({ destination, state }) => changes.push(`${destination} ${state}`));
  const convert = (count: number, prefix = 'A') =>
    Promise.all(Array.from({ length: count }, (_, n) => tallyback.convert({ transactionId: `${prefix}-${n}` })));
  return { clock, tallyback, changes, convert };
}

describe('the circuit breaker of a destination', () => {
  const breaker = { failures: 4, openMs: 10_000 };

  it('stops sending to one that fails every time, and keeps the attempts of what waits', async () => {
    const down = await sink((response) => json(response, 503, {}));
    const { tallyback, changes, convert } = timed({
      destinations: { house: to(down.url, { breaker, concurrency: 4 }) },
    });
    await convert(40);
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 40, dead: 0 });
    expect(changes).toEqual(['house open']);
    expect(down.received.length).toBeLessThanOrEqual(8);
    expect(await tallyback.stats()).toMatchObject({ house: { breaker: 'open', pending: 40, inFlight: 0 } });
    const attempts = (await tallyback.unacknowledged()).flatMap(({ destinations }) => destinations);
    const tried = attempts.reduce((sum, one) => sum + one.attempts, 0);
    expect(tried).toBe(down.received.length);
  });

  it('probes with one delivery at a time, and delivers everything once a probe is taken', async () => {
    const tracker = await sink((response) => json(response, 503, {}));
    const { clock, tallyback, changes, convert } = timed({
      destinations: { house: to(tracker.url, { breaker, concurrency: 4 }) },
    });
    await convert(40);
    await tallyback.flush();
    const before = tracker.received.length;
    clock.at += 9_999;
    await tallyback.flush();
    expect(tracker.received).toHaveLength(before);
    clock.at += 1;
    await tallyback.flush();
    expect(tracker.received).toHaveLength(before + 1);
    clock.at += 19_999;
    await tallyback.flush();
    expect(tracker.received).toHaveLength(before + 1);
    tracker.behave(recorded);
    clock.at += 1;
    // What has failed before waits for its own time; all others are due.
    await tallyback.flush();
    clock.at += 300_000;
    expect(await tallyback.flush()).toEqual({ delivered: 40, pending: 0, dead: 0 });
    expect(changes).toEqual(['house open', 'house halfOpen', 'house open', 'house halfOpen', 'house closed']);
  });

  it('probes by itself, and goes on although an earlier attempt still hangs', async () => {
    let mode: 'hang' | 'fail' | 'well' = 'hang';
    const tracker = await sink((...given) => {
      if (mode === 'fail') json(given[0], 503, {});
      else if (mode === 'well') recorded(...given);
    });
    const opened = { resolve: () => {} };
    const open = new Promise<void>((resolve) => {
      opened.resolve = resolve;
    });
    // The machine's own clock: nobody but the lane's timers makes anything happen here.
    const tallyback = shop({
      retrySchedule: [1, 1, 1, 1, 1, 1, 1, 1],
      destinations: { house: to(tracker.url, { breaker: { failures: 4, openMs: 20 }, concurrency: 4 }) },
    });
    tallyback.on('breaker', ({ state }) => state === 'open' && opened.resolve());
    await tallyback.convert({ transactionId: 'hanging' });
    await tracker.arrived(1);
    mode = 'fail';
    for (let n = 0; n < 40; n += 1) await tallyback.convert({ transactionId: `A-${n}` });
    await open;
    mode = 'well';
    let delivered = 0;
    await new Promise<void>((resolve) => {
      tallyback.on('delivered', () => {
        delivered += 1;
        if (delivered === 40) resolve();
      });
    });
    expect(await tallyback.stats()).toMatchObject({ house: { breaker: 'closed', delivered: 40, inFlight: 1 } });
  });

  it('probes again and again, with nobody to wake it', async () => {
    let requests = 0;
    const tracker = await sink((...given) => {
      requests += 1;
      if (requests <= 8) json(given[0], 503, {});
      else recorded(...given);
    });
    const tallyback = shop({
      destinations: { house: to(tracker.url, { breaker: { failures: 4, openMs: 5, maxOpenMs: 10 }, concurrency: 1 }) },
    });
    const closed = new Promise<void>((resolve) => {
      tallyback.on('breaker', ({ state }) => state === 'closed' && resolve());
    });
    for (let n = 0; n < 20; n += 1) await tallyback.convert({ transactionId: `A-${n}` });
    await closed;
    expect(tracker.received).toHaveLength(9);
  });

  it('stays closed while the destination refuses what it does not like: it works', async () => {
    const picky = await sink((response) => json(response, 422, { outcome: 'rejected', reason: 'click_not_found' }));
    const { tallyback, changes, convert } = timed({ destinations: { house: to(picky.url, { breaker }) } });
    await convert(20);
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 0, dead: 20 });
    expect(changes).toEqual([]);
  });

  it('can be switched off', async () => {
    const down = await sink((response) => json(response, 503, {}));
    const { tallyback, changes, convert } = timed({ destinations: { house: to(down.url, { breaker: false }) } });
    await convert(40);
    await tallyback.flush();
    expect(down.received).toHaveLength(40);
    expect(changes).toEqual([]);
  });

  it('closes in time while it is open, and leaves nothing leased', async () => {
    const port = await freePort();
    const { tallyback, convert } = timed({ destinations: { house: to(`http://127.0.0.1:${port}`, { breaker }) } });
    await convert(30);
    expect(await tallyback.close({ timeoutMs: 5_000 })).toEqual({ delivered: 0, pending: 30, dead: 0 });
  });

  it('does not concern other destinations', async () => {
    const [down, up] = [await sink((response) => json(response, 503, {})), await sink()];
    const { tallyback, changes, convert } = timed({
      destinations: { down: to(down.url, { breaker }), up: to(up.url, { breaker }) },
    });
    await convert(50);
    expect(await tallyback.flush()).toEqual({ delivered: 50, pending: 50, dead: 0 });
    expect(changes).toEqual(['down open']);
  });
});

describe('the rate limit of a destination', () => {
  it('lets no more requests begin than it says, and delivers all in the end', async () => {
    const house = await sink();
    const limited = to(house.url, { ratePerSecond: 10, burst: 2 });
    const begun: number[] = [];
    const watched: Destination = {
      ...limited,
      toRequest: (attempt) => {
        begun.push(attempt.now - START);
        return limited.toRequest(attempt);
      },
    };
    const { clock, tallyback, convert } = timed({ destinations: { house: watched } });
    await convert(6);
    await house.arrived(2);
    // Nobody can begin before the clock moves; timers only ask again.
    for (let count = 3; count <= 6; count += 1) {
      clock.at += 100;
      await house.arrived(count);
    }
    expect(await tallyback.flush()).toEqual({ delivered: 6, pending: 0, dead: 0 });
    expect(begun).toEqual([0, 0, 100, 200, 300, 400]);
  });

  it('takes no more from the queue than it can send in time', async () => {
    const house = await sink();
    const { tallyback, convert } = timed({
      leaseMs: 20_000,
      destinations: { house: to(house.url, { ratePerSecond: 0.5, concurrency: 100 }) },
    });
    await convert(50);
    await house.arrived(1);
    const { house: stats } = await tallyback.stats();
    // Half of its lease is worth five requests; half of those may be claimed anew while the others are sent.
    expect(stats?.inFlight).toBeLessThanOrEqual(10);
  });

  it('closes in time although much is left, and hands it back', async () => {
    const house = await sink();
    const { tallyback, convert } = timed({ destinations: { house: to(house.url, { ratePerSecond: 1 }) } });
    await convert(20);
    await house.arrived(1);
    const { delivered, pending } = await tallyback.close({ timeoutMs: 300 });
    expect(delivered + pending).toBe(20);
    expect(pending).toBeGreaterThanOrEqual(18);
  });
});

describe('an outage', () => {
  it('of one destination of three leaves the other two their pace, request for request', async () => {
    const [hanging, first, second] = [await sink(() => {}), await sink(), await sink()];
    const { tallyback, convert } = timed({
      destinations: { hanging: to(hanging.url), first: to(first.url), second: to(second.url) },
    });
    await convert(200);
    await Promise.all([first.arrived(200), second.arrived(200)]);
    expect(hanging.received.length).toBeLessThanOrEqual(16);
    const { first: one, second: two, hanging: none } = await tallyback.stats();
    expect([none?.delivered, none?.dead]).toEqual([0, 0]);
    expect((one?.delivered ?? 0) + (two?.delivered ?? 0)).toBeGreaterThan(300);
  });
});

describe('a destination that is slow to prepare', () => {
  const never = (url: string): Destination => ({
    ...to(url),
    toRequest: () => new Promise(() => {}),
  });

  it('is given up within the attempt, whatever it waits for', async () => {
    const house = await sink();
    const { tallyback } = timed({ attemptTimeoutMs: 50, destinations: { house: never(house.url) } });
    const retries: string[] = [];
    tallyback.on('retry', ({ why }) => retries.push(why));
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(retries).toEqual([expect.stringContaining('could not be prepared in time')]);
  });

  it('has the time that it asks for itself', async () => {
    const slow = await sink(() => {});
    const { tallyback } = timed({ destinations: { house: to(slow.url, { timeoutMs: 40 }) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
  });
});
