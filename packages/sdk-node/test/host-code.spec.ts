import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Destination } from '../src/destinations/destination.js';
import type { Logger } from '../src/logger.js';
import { memoryQueue } from '../src/memory.js';
import type { Claim, Queue } from '../src/queue/queue.js';
import { house, quiet, SECRET, shops } from './support/shop.js';
import { json, sinks } from './support/sink.js';

const run = promisify(execFile);
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

  it('cannot be made to log lines of its own by what a destination answers', async () => {
    const detail = 'no\nERROR: forged \u001b[2J\u2028';
    const tracker = await sink((response) =>
      json(response, 404, { outcome: 'rejected', reason: 'click_not_found', detail }),
    );
    const errors: string[] = [];
    const logger = { ...quiet, error: (text: string) => void errors.push(text) };
    const tallyback = shop({ logger, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    expect(errors).toEqual([expect.stringContaining('click_not_found: no\u240aERROR: forged \u241b[2J\ufffd')]);
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
    ['nothing', () => undefined, /must return an outcome/],
    ['another outcome', () => ({ outcome: 'done' }), /must return an outcome/],
    ['a promise', () => Promise.resolve({ outcome: 'delivered' }), /returned a promise/],
    ['a promise that rejects', () => Promise.reject(new Error('late')), /returned a promise/],
    ['no reason', () => ({ outcome: 'retry' }), /gave no reason/],
  ])('repeats an attempt whose classify() returned %s', async (_, verdict, text) => {
    const tracker = await sink();
    const destination: Destination = { ...house(tracker.url), classify: verdict as never };
    const tallyback = shop({ destinations: { house: destination } });
    const why = new Promise((resolve) => tallyback.once('retry', (event) => resolve(event.why)));
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await why).toMatch(text);
    expect(await tallyback.stats()).toMatchObject({ house: { pending: 1, inFlight: 0, retried: 1 } });
  });

  it.each([
    ['nothing', () => undefined, /must return the body/],
    ['a number', () => 5, /must return the body/],
    ['an object of its own', () => ({ body: '{}' }), /must return the body/],
    ['a promise', async () => '{}', /`prepare` returned a promise: write it without async/],
    ['a promise that rejects', () => Promise.reject(new Error('late')), /`prepare` returned a promise/],
  ])('keeps a conversion as a dead letter when prepare() returned %s', async (_, prepare, text) => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { odd: { ...house(tracker.url), prepare: prepare as never } } });
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ destinations: ['odd'] });
    expect(await tallyback.deadLetters.list()).toMatchObject({ items: [{ answer: expect.stringMatching(text) }] });
    expect(tracker.received).toEqual([]);
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

describe('calls from plain JavaScript', () => {
  it('take null for nothing told beside a conversion, and refuse what is no object', async () => {
    const tallyback = shop({ destinations: { house: house('http://127.0.0.1:1') } });
    expect(await tallyback.convert({ transactionId: 'A-1' }, null as never)).toMatchObject({ deduplicated: false });
    expect(await tallyback.update({ transactionId: 'A-1', status: 'refunded' }, null as never)).toMatchObject({
      transactionId: 'A-1',
    });
    for (const call of ['convert', 'update'] as const) {
      const calling = tallyback[call]({ transactionId: 'A-2' } as never, 'manager' as never);
      await expect(calling).rejects.toMatchObject({ code: 'configuration_invalid', option: 'context' });
    }
  });

  it('change no dead letter unless it is said which', async () => {
    const { deadLetters } = shop({ destinations: { house: house('http://127.0.0.1:1') } });
    const refused = { code: 'configuration_invalid', option: 'selection' };
    for (const selection of [undefined, null, 5]) {
      await expect(deadLetters.replay(selection as never)).rejects.toMatchObject(refused);
      await expect(deadLetters.discard(selection as never)).rejects.toMatchObject(refused);
    }
  });

  it.each(['2026-11-22', 1_795_343_400, null, new Date(Number.NaN)])('refuse %p as a time', async (given) => {
    const tallyback = shop({ destinations: { house: house('http://127.0.0.1:1') } });
    const time = given as never;
    const refused = { code: 'configuration_invalid', option: 'since' };
    await expect(tallyback.deadLetters.list({ since: time })).rejects.toMatchObject(refused);
    await expect(tallyback.deadLetters.replay({ since: time })).rejects.toMatchObject(refused);
    await expect(tallyback.unacknowledged({ since: time })).rejects.toMatchObject(refused);
    await expect(tallyback.unacknowledged({ before: time })).rejects.toMatchObject({ ...refused, option: 'before' });
  });

  it('count what could never be sent as given up', async () => {
    const dead: Destination = { ...house('http://127.0.0.1:1'), prepare: () => ({ dead: 'no click id' }) };
    const tallyback = shop({ destinations: { house: dead } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.stats()).toMatchObject({ house: { givenUp: 1, dead: 1 } });
  });

  it('say what close() means for them', async () => {
    const tallyback = shop({ destinations: { house: house('http://127.0.0.1:1') } });
    await tallyback.close();
    await expect(tallyback.stats()).rejects.toThrow(/^This Tallyback is closed\.$/);
    await expect(tallyback.convert({ transactionId: 'A-1' })).rejects.toThrow(/closed; nothing was stored\.$/);
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
    const tracker = await sink();
    const { stderr } = await run(process.execPath, [
      join(__dirname, 'children', 'full-queue.mjs'),
      tracker.url,
      SECRET,
    ]);
    expect(stderr).toBe('');
    expect(tracker.received).toHaveLength(16);
  });
});
