import { describe, expect, it } from '@jest/globals';
import type { Destination } from '../src/destinations/destination.js';
import type { Logger } from '../src/logger.js';
import { memoryQueue } from '../src/memory.js';
import type { Claim, Queue } from '../src/queue/queue.js';
import { house, quiet, shops } from './support/shop.js';
import { recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();

/** A memory queue whose `settle` is another. */
const settling = (settle: (queue: Queue, ...given: Parameters<Queue['settle']>) => Promise<boolean[]>): Queue => {
  const queue = memoryQueue();
  const real = queue.settle.bind(queue);
  return Object.assign(queue, {
    settle: (...given: Parameters<Queue['settle']>) => settle({ ...queue, settle: real } as Queue, ...given),
  });
};

describe('code of the host that fails', () => {
  it('has an owner for what waitUntil() rejects with', async () => {
    const tracker = await sink();
    const errors: string[] = [];
    const logger = { ...quiet, error: (text: string) => void errors.push(text) };
    const waitUntil = (async () => {
      throw new Error('outside a request');
    }) as never;
    const tallyback = shop({ waitUntil, logger, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toContain('waitUntil failed: outside a request');
  });

  it('has an owner for what a logger rejects with', async () => {
    const tracker = await sink();
    const owned: string[] = [];
    // biome-ignore lint/suspicious/noThenProperty: stands for a promise that tells who waits for it
    const log = (() => ({ then: (_: unknown, rejected: unknown) => void owned.push(typeof rejected) })) as never;
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const tallyback = shop({ logger, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    expect(owned.length).toBeGreaterThan(0);
    expect(new Set(owned)).toEqual(new Set(['function']));
  });

  it.each([
    ['nothing', undefined, /must return an outcome/],
    ['another outcome', { outcome: 'done' }, /must return an outcome/],
    ['a promise', Promise.resolve({ outcome: 'delivered' }), /returned a promise/],
    ['a promise that rejects', Promise.reject(new Error('late')), /returned a promise/],
    ['no reason', { outcome: 'retry' }, /gave no reason/],
  ])('repeats an attempt whose classify() returned %s', async (_, verdict, text) => {
    const tracker = await sink();
    const destination: Destination = { ...house(tracker.url), classify: () => verdict as never };
    const tallyback = shop({ destinations: { house: destination } });
    const why = new Promise((resolve) => tallyback.once('retry', (event) => resolve(event.why)));
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await why).toMatch(text);
    expect(await tallyback.stats()).toMatchObject({ house: { pending: 1, inFlight: 0, retried: 1 } });
  });

  it('waits for a request from any thenable', async () => {
    const tracker = await sink();
    const whole = house(tracker.url);
    const toRequest: Destination['toRequest'] = (attempt) => {
      const made = Promise.resolve(whole.toRequest(attempt));
      // biome-ignore lint/suspicious/noThenProperty: a promise of another library
      return { then: made.then.bind(made) } as never;
    };
    const tallyback = shop({ destinations: { house: { ...whole, toRequest } } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
  });
});

describe('a settlement that the queue cannot take', () => {
  it('is left when its lease is over, and the delivery is sent again', async () => {
    const tracker = await sink();
    let [now, refused] = [1_000_000, 0];
    const queue = settling(async (real, settlements) => {
      if (settlements.some((one: Claim) => one.fence === 1)) {
        refused += 1;
        now += 60_000;
        throw new Error('never');
      }
      return real.settle(settlements);
    });
    const tallyback = shop({ queue, now: () => now, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    expect(new Set(tracker.received.map(({ id }) => id)).size).toBe(1);
    expect(refused).toBe(1);
  });

  it('is no leak, however many wait', async () => {
    const tracker = await sink(recorded);
    const warnings: string[] = [];
    const warned = (warning: Error) => void warnings.push(warning.name);
    process.on('warning', warned);
    let refused = 0;
    const waiting = new Promise<void>((resolve) => {
      const queue = settling(async (real, settlements) => {
        if (refused >= 16) return real.settle(settlements);
        refused += settlements.length;
        if (refused >= 16) resolve();
        throw new Error('full');
      });
      const tallyback = shop({ queue, destinations: { house: house(tracker.url) } });
      for (let n = 0; n < 16; n += 1) void tallyback.convert({ transactionId: `A-${n}` });
    });
    await waiting;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });
});
