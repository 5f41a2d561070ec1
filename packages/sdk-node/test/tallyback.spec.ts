import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../../scripts/net/free-ports.js';
import { ConfigurationError, InvalidConversionError, QueueUnavailableError } from '../src/errors.js';
import { memoryQueue } from '../src/memory.js';
import type { Queue } from '../src/queue/queue.js';
import { Tallyback } from '../src/tallyback.js';
import { keptQueue } from './support/kept-queue.js';
import { house, quiet, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const nowhere = async () => ({ house: house(`http://127.0.0.1:${await freePort()}`) });

/** A queue whose named method fails as long as `broken` says so. */
function failing(method: keyof Queue, broken: () => boolean): Queue {
  return new Proxy(memoryQueue(), {
    get(queue, name) {
      const value = Reflect.get(queue, name) as ((...given: unknown[]) => unknown) | undefined;
      if (name === method && broken()) return () => Promise.reject(new Error('disk full'));
      return value?.bind(queue);
    },
  });
}

describe('convert()', () => {
  it('answers with a receipt while the destination is down', async () => {
    const tallyback = shop({ now: () => Date.parse('2026-11-22T10:00:00.000Z'), destinations: await nowhere() });
    expect(await tallyback.convert({ transactionId: 'A-1' })).toEqual({
      id: expect.stringMatching(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/),
      event: 'purchase',
      transactionId: 'A-1',
      acceptedAt: '2026-11-22T10:00:00.000Z',
      destinations: ['house'],
      deduplicated: false,
    });
  });

  it('gives the first receipt to a second call with the same event and transaction id', async () => {
    const tallyback = shop({ destinations: await nowhere() });
    const first = await tallyback.convert({ transactionId: 'A-1', revenue: '1.00', currency: 'EUR' });
    const second = await tallyback.convert({ transactionId: 'A-1', revenue: '2.00', currency: 'EUR' });
    expect(second).toEqual({ ...first, deduplicated: true });
  });

  it('names every fault of a conversion at once and stores nothing', async () => {
    const tallyback = shop({ destinations: await nowhere() });
    const wrong = { transactionId: ' ', revenue: '49.999', currency: 'EUR', revenu: 1 };
    const error = await tallyback.convert(wrong as never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidConversionError);
    const { code, faults, message } = error as InvalidConversionError;
    expect(code).toBe('invalid_conversion');
    expect(faults.map(({ field }) => field).sort()).toEqual(['revenu', 'revenue', 'transactionId']);
    for (const { field } of faults) expect(message).toContain(field);
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 0, dead: 0 });
  });

  it('refuses a message beyond 32 KiB', async () => {
    const tallyback = shop({ destinations: await nowhere() });
    const items = Array.from({ length: 200 }, (_, index) => ({ sku: `${index}`.padEnd(128, 'ü'), quantity: 1 }));
    await expect(tallyback.convert({ transactionId: 'A-1', items })).rejects.toThrow(/32768/);
  });

  it('rejects with QueueUnavailableError when nothing could be stored, and works again afterwards', async () => {
    let broken = true;
    const queue = failing('enqueue', () => broken);
    const tallyback = shop({ queue, destinations: await nowhere() });
    const error = await tallyback.convert({ transactionId: 'A-1' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QueueUnavailableError);
    expect(error).toMatchObject({ code: 'queue_unavailable', cause: { message: 'disk full' } });
    broken = false;
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ deduplicated: false });
  });
});

describe('update()', () => {
  it('is a message of its own every time', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.update({ transactionId: 'A-1', status: 'approved' });
    await tallyback.update({ transactionId: 'A-1', status: 'refunded' });
    expect(await tallyback.flush()).toMatchObject({ delivered: 2 });
    const statuses = tracker.received.map(({ body }) => JSON.parse(String(body)).data.status);
    expect(statuses).toEqual(['approved', 'refunded']);
  });

  it('needs a status or a revenue', async () => {
    const tallyback = shop({ destinations: await nowhere() });
    await expect(tallyback.update({ transactionId: 'A-1' })).rejects.toBeInstanceOf(InvalidConversionError);
  });
});

describe('construction', () => {
  it.each([
    ['no destination', { destinations: {} }, /at least one/],
    ['a name that cannot be stored', { destinations: { 'a b': house('https://x.example') } }, /name must match/],
    ['something that is no destination', { destinations: { house: {} } }, /tracker\(\)/],
    [
      'a lease shorter than an attempt',
      { destinations: { house: house('https://x.example') }, leaseMs: 15_000 },
      /20000/,
    ],
    [
      'a delay that is no number',
      { destinations: { house: house('https://x.example') }, retrySchedule: [Number.NaN] },
      /retrySchedule\[0\]/,
    ],
  ])('refuses %s with a message that says what to do', (_, options, message) => {
    const make = () => new Tallyback({ queue: memoryQueue(), ...options } as never);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  it('begins by itself to deliver what an earlier process has left', async () => {
    const tracker = await sink();
    const queue = memoryQueue();
    const deliveries = [{ id: 'left', destination: 'house', body: '{}' }];
    const identity = { event: 'purchase', transactionId: 'A-1' };
    await queue.enqueue({ id: 'm', kind: 'created', ...identity, createdAt: 1, deliveries });
    shop({ queue, destinations: { house: house(tracker.url) } });
    await tracker.arrived(1);
    expect(tracker.received.map(({ id }) => id)).toEqual(['left']);
  });

  it('survives a queue that cannot be opened: start() tells, the log tells, and nothing else breaks', async () => {
    const logged: string[] = [];
    const logger = { ...quiet, error: (message: string) => void logged.push(message) };
    const unreadable = failing('claim', () => true);
    const tallyback = shop({ queue: unreadable, logger, destinations: await nowhere() });
    expect(await tallyback.convert({ transactionId: 'A-1' })).toMatchObject({ deduplicated: false });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(logged).toContainEqual(expect.stringContaining('disk full'));
    const unopened = shop({ queue: failing('open', () => true), logger, destinations: await nowhere() });
    await expect(unopened.start()).rejects.toBeInstanceOf(QueueUnavailableError);
  });

  it('logs once that the queue cannot be read, however often that is tried, and when it can be read again', async () => {
    const logged: string[] = [];
    const log = (message: string) => void logged.push(message);
    let broken = true;
    const queue = failing('claim', () => broken);
    const tallyback = shop({ queue, logger: { ...quiet, error: log, info: log }, destinations: await nowhere() });
    for (let tries = 0; tries < 3; tries += 1) await tallyback.flush();
    const [first, ...more] = logged;
    expect([first, more]).toEqual([expect.stringContaining('delivery waits for the queue: disk full'), []]);
    broken = false;
    await tallyback.flush();
    expect(logged[1]).toMatch(/the queue can be read again, after \d+ tries that failed$/);
    broken = true;
    await tallyback.flush();
    expect(logged.slice(2)).toEqual([first]);
  });
});

describe('flush() and close()', () => {
  it('cover what is in flight and what is added meanwhile; overlapping flushes both wait', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(tracker.url, { concurrency: 1 }) } });
    let more = 5;
    tallyback.on('delivered', () => {
      more -= 1;
      if (more > 0) void tallyback.convert({ transactionId: `B-${more}` });
    });
    await tallyback.convert({ transactionId: 'A-1' });
    const reports = await Promise.all([tallyback.flush(), tallyback.flush()]);
    expect(reports).toEqual([
      { delivered: 5, pending: 0, dead: 0 },
      { delivered: 5, pending: 0, dead: 0 },
    ]);
  });

  it('flush() does not wait for a later retry', async () => {
    const tallyback = shop({ destinations: await nowhere() });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush({ timeoutMs: 60_000 })).toEqual({ delivered: 0, pending: 1, dead: 0 });
  });

  it('are bounded although a destination hangs, and count what is left', async () => {
    const tracker = await sink(() => {});
    const tallyback = shop({ destinations: { house: house(tracker.url, { concurrency: 2 }) } });
    for (let index = 0; index < 10; index += 1) await tallyback.convert({ transactionId: `A-${index}` });
    await tracker.arrived(2);
    expect(await tallyback.flush({ timeoutMs: 200 })).toEqual({ delivered: 0, pending: 10, dead: 0 });
    expect(await tallyback.close({ timeoutMs: 200 })).toEqual({ delivered: 0, pending: 10, dead: 0 });
    expect(tracker.received).toHaveLength(2);
  });

  it('close() hands every lease back, so that the next process need not wait for them to run out', async () => {
    const tracker = await sink(() => {});
    const { queue, kept, handedBack } = keptQueue();
    const first = shop({ queue, destinations: { house: house(tracker.url, { concurrency: 2 }) } });
    for (let index = 0; index < 5; index += 1) await first.convert({ transactionId: `A-${index}` });
    await tracker.arrived(2);
    await first.close({ timeoutMs: 1_000 });
    await handedBack('house');
    expect(await kept.counts(['house'])).toEqual({ pending: 5, inFlight: 0, dead: 0 });
    tracker.behave(recorded);
    const second = shop({ queue: kept, destinations: { house: house(tracker.url) } });
    expect(await second.flush()).toEqual({ delivered: 5, pending: 0, dead: 0 });
  });

  it('close() may be called twice, and everything after it is refused', async () => {
    const tallyback = shop({ destinations: await nowhere() });
    const closing = tallyback.close();
    expect(tallyback.close()).toBe(closing);
    await closing;
    await expect(tallyback.convert({ transactionId: 'A-1' })).rejects.toMatchObject({ code: 'queue_unavailable' });
    await expect(tallyback.flush()).rejects.toMatchObject({ code: 'queue_unavailable' });
  });

  it('say so when the queue cannot be counted', async () => {
    const tallyback = shop({ queue: failing('counts', () => true), destinations: await nowhere() });
    await expect(tallyback.flush()).rejects.toMatchObject({ code: 'queue_unavailable' });
    await expect(tallyback.close()).rejects.toMatchObject({ code: 'queue_unavailable' });
  });
});

describe('listeners', () => {
  it('are told about deliveries, retries and dead letters', async () => {
    const tracker = await sink((response, { body }) => {
      const { transactionId } = JSON.parse(String(body)).data;
      if (transactionId === 'good') return recorded(response, {} as never, {} as never);
      if (transactionId === 'later') return json(response, 503, {});
      return json(response, 422, { outcome: 'rejected', reason: 'cap_reached', detail: 'full' });
    });
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    const told: [string, string, string?][] = [];
    tallyback.on('delivered', ({ transactionId }) => told.push(['delivered', transactionId]));
    tallyback.on('retry', ({ transactionId, why }) => told.push(['retry', transactionId, why]));
    tallyback.on('dead', ({ transactionId, why }) => told.push(['dead', transactionId, why]));
    for (const transactionId of ['good', 'later', 'never']) await tallyback.convert({ transactionId });
    await tallyback.flush();
    expect(told.sort()).toEqual([
      ['dead', 'never', 'cap_reached: full'],
      ['delivered', 'good'],
      ['retry', 'later', 'HTTP 503'],
    ]);
  });

  it('cannot break delivery by throwing or rejecting, nor can a logger', async () => {
    const tracker = await sink();
    const fail = () => {
      throw new Error('bad listener');
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    const tallyback = shop({ logger, destinations: { house: house(tracker.url) } });
    tallyback.on('delivered', fail).on('delivered', async () => fail());
    for (const transactionId of ['A', 'B']) await tallyback.convert({ transactionId });
    expect(await tallyback.flush()).toEqual({ delivered: 2, pending: 0, dead: 0 });
  });

  it('can be removed, and be called once only', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    const told: string[] = [];
    const removed = () => told.push('removed');
    tallyback.on('delivered', removed).off('delivered', removed);
    tallyback.once('delivered', () => told.push('once'));
    for (const transactionId of ['A', 'B']) await tallyback.convert({ transactionId });
    await tallyback.flush();
    expect(told).toEqual(['once']);
  });
});
