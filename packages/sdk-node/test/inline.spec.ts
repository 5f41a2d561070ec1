import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../../scripts/net/free-ports.js';
import { ConfigurationError } from '../src/errors.js';
import { memoryQueue } from '../src/memory.js';
import { house, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();

describe('the inline mode', () => {
  it('has attempted the delivery when convert() resolves', async () => {
    const tracker = await sink();
    const tallyback = shop({ inline: true, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(tracker.received).toHaveLength(1);
    await tallyback.update({ transactionId: 'A-1', status: 'refunded' });
    expect(tracker.received).toHaveLength(2);
  });

  it('gives the receipt although the destination is down, and keeps the conversion', async () => {
    const port = await freePort();
    const tallyback = shop({ inline: true, destinations: { house: house(`http://127.0.0.1:${port}`) } });
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ deduplicated: false });
    expect(await tallyback.stats()).toMatchObject({ house: { pending: 1, inFlight: 0, retried: 1 } });
  });

  it('waits no longer than one attempt for a destination that hangs', async () => {
    const hanging = await sink(() => {});
    const tallyback = shop({ inline: true, attemptTimeoutMs: 60, destinations: { house: house(hanging.url) } });
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(await tallyback.stats()).toMatchObject({ house: { inFlight: 0, retried: 1 } });
    // None at all where the machine has taken the time of the attempt before it could connect.
    expect(hanging.received.length).toBeLessThanOrEqual(1);
  });

  it('does nothing in the background, and takes what earlier calls left behind', async () => {
    const tracker = await sink((response) => json(response, 503, {}));
    const queue = memoryQueue();
    const deliveries = [{ id: 'left', destination: 'house', body: '{}' }];
    const left = { event: 'purchase', transactionId: 'left', createdAt: 1, deliveries };
    await queue.enqueue({ id: 'm', kind: 'created', ...left });
    const tallyback = shop({ queue, inline: true, destinations: { house: house(tracker.url) } });
    await tallyback.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await queue.counts(['house'])).toEqual({ pending: 1, inFlight: 0, dead: 0 });
    tracker.behave(recorded);
    await tallyback.convert({ transactionId: 'A-1' });
    expect(tracker.received.map(({ id }) => id)).toContain('left');
    expect(await queue.counts(['house'])).toEqual({ pending: 0, inFlight: 0, dead: 0 });
  });

  it('repeats nothing by itself, however soon it would be due', async () => {
    const [inline, server] = [await sink((r) => json(r, 503, {})), await sink((r) => json(r, 503, {}))];
    const retrySchedule = Array.from({ length: 50 }, () => 1);
    const first = shop({ inline: true, retrySchedule, destinations: { house: house(inline.url) } });
    await first.convert({ transactionId: 'A-1' });
    const tried = inline.received.length;
    // Measured by another that does repeat: by then the first would have had plenty of turns, too.
    const second = shop({ retrySchedule, destinations: { house: house(server.url) } });
    await second.convert({ transactionId: 'A-1' });
    await server.arrived(8);
    expect(inline.received).toHaveLength(tried);
  });
});

describe('waitUntil', () => {
  it.each([true, false])('is given the work when the receipt is given (inline: %s)', async (inline) => {
    const tracker = await sink();
    const works: Promise<void>[] = [];
    const waitUntil = (work: Promise<void>) => void works.push(work);
    const tallyback = shop({ inline, waitUntil, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.convert({ transactionId: 'A-2' });
    await tallyback.convert({ transactionId: 'A-2' });
    expect(works).toHaveLength(2);
    expect(await Promise.all(works)).toEqual([undefined, undefined]);
    expect(tracker.received).toHaveLength(2);
  });

  it('is given a promise that resolves in time although the destination hangs', async () => {
    const hanging = await sink(() => {});
    const works: Promise<void>[] = [];
    const tallyback = shop({
      attemptTimeoutMs: 60,
      waitUntil: (work) => void works.push(work),
      destinations: { house: house(hanging.url) },
    });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await works[0]).toBeUndefined();
  });

  it('cannot make convert() fail by failing itself', async () => {
    const tracker = await sink();
    const waitUntil = () => {
      throw new Error('called outside a request');
    };
    const tallyback = shop({ waitUntil, destinations: { house: house(tracker.url) } });
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ transactionId: 'A-1' });
  });

  it('must be a function', () => {
    const destinations = { house: house('http://127.0.0.1:1') };
    expect(() => shop({ waitUntil: true as never, destinations })).toThrow(ConfigurationError);
  });
});
