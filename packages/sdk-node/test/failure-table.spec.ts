import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../scripts/net/free-ports.js';
import type { TallybackOptions } from '../src/options.js';
import type { Queue } from '../src/queue/queue.js';
import { sqliteQueue } from '../src/sqlite.js';
import type { Tallyback } from '../src/tallyback.js';
import { house, SECRET, shops } from './support/shop.js';
import { type Behaviour, json, recorded, type Sink, sinks } from './support/sink.js';
import { tempDirs } from './support/temp-dir.js';

const sink = sinks();
const shop = shops();
const dirs = tempDirs();
const children: (() => void)[] = [];
const queues: Queue[] = [];
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const EVENTS = 20;

afterEach(async () => {
  for (const kill of children.splice(0)) kill();
  await Promise.all(queues.splice(0).map((queue) => queue.close()));
});

const unavailable: Behaviour = (response) => json(response, 503, {});
const ordersOf = ({ received }: Sink): Set<string> =>
  new Set(received.map(({ body }) => JSON.parse(String(body)).data.transactionId as string));

/** A shop in a process of its own, see test/children/shop.mjs. */
function shopProcess(how: string, path: string, url: string, count = EVENTS) {
  const script = join(__dirname, 'children', 'shop.mjs');
  const args = ['--unhandled-rejections=strict', script, how, path, url, SECRET, '0', String(count)];
  const child = spawn(process.execPath, args);
  children.push(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; errors: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, errors }));
  });
  return { child, ended };
}

/** A restarted shop delivers what the killed one left. */
async function restarted(path: string, tracker: Sink, done: () => boolean): Promise<void> {
  const { child, ended } = shopProcess('stay', path, tracker.url);
  // Not a number of requests: of those that a killed shop has sent, some may be read only now.
  while (!done()) await tracker.arrived(tracker.received.length + 1);
  child.stdin.end();
  expect(await ended).toMatchObject({ code: 0, errors: '' });
}

/** A shop with a durable queue and a clock that the test sets. */
function timed(url: string, options: Partial<TallybackOptions> = {}) {
  const clock = { at: Date.parse('2026-11-22T10:00:00.000Z') };
  const queue = sqliteQueue({ path: join(dirs(), 'queue.db') });
  queues.push(queue);
  const tallyback = shop({ queue, now: () => clock.at, destinations: { house: house(url) }, ...options });
  return { clock, tallyback };
}

async function track(tallyback: Tallyback, count = EVENTS, prefix = 'order'): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => tallyback.convert({ transactionId: `${prefix}-${n}` })));
}

/** Lets the clock go on from one thing that can happen to the next, until then or until nothing waits. Nobody else acts. */
async function pass(tallyback: Tallyback, clock: { at: number }, end: number): Promise<void> {
  let probeAt = Number.POSITIVE_INFINITY;
  tallyback.on('breaker', ({ until }) => {
    probeAt = until?.getTime() ?? Number.POSITIVE_INFINITY;
  });
  for (;;) {
    await tallyback.flush();
    const { nextDueAt } = (await tallyback.stats()).house ?? {};
    const due = nextDueAt?.getTime() ?? Number.POSITIVE_INFINITY;
    // What is due already waits behind an open circuit, for the next probe.
    const next = due > clock.at ? due : probeAt;
    if (next > end) break;
    clock.at = Math.max(next, clock.at + 1);
  }
  clock.at = Math.max(clock.at, end);
  await tallyback.flush();
}

describe('what published SDKs do wrong, row by row: 20 events, default settings', () => {
  it('process.exit(0) right after tracking: 20 of 20 (six peers: 0)', async () => {
    const path = join(dirs(), 'queue.db');
    const { ended } = shopProcess('exit', path, `http://127.0.0.1:${await freePort()}`);
    expect(await ended).toMatchObject({ code: 0, errors: '' });
    const tracker = await sink();
    await restarted(path, tracker, () => ordersOf(tracker).size === EVENTS);
    expect(ordersOf(tracker).size).toBe(EVENTS);
  }, 60_000);

  it('SIGKILL while the endpoint answers 503, then a restart with the endpoint up: 20 of 20 (six peers: 0)', async () => {
    const path = join(dirs(), 'queue.db');
    const tracker = await sink(unavailable);
    expect(await shopProcess('kill-later', path, tracker.url).ended).toMatchObject({ signal: 'SIGKILL', errors: '' });
    const accepted = new Set<string>();
    tracker.behave((response, request, socket) => {
      accepted.add(request.id);
      recorded(response, request, socket);
    });
    await restarted(path, tracker, () => accepted.size >= EVENTS);
    expect(accepted.size).toBe(EVENTS);
  }, 60_000);

  it('SIGKILL while the endpoint is up, then a restart: 20 of 20, each under one id', async () => {
    const path = join(dirs(), 'queue.db');
    const tracker = await sink();
    expect(await shopProcess('kill', path, tracker.url).ended).toMatchObject({ signal: 'SIGKILL', errors: '' });
    const { child, ended } = shopProcess('stay', path, tracker.url);
    for (let count = EVENTS; ordersOf(tracker).size < EVENTS; count += 1) await tracker.arrived(count);
    child.stdin.end();
    expect(await ended).toMatchObject({ code: 0, errors: '' });
    expect(new Set(tracker.received.map(({ id }) => id)).size).toBe(EVENTS);
  }, 60_000);

  it('natural exit after 13 events, nobody calls flush: 13 of 13 (PostHog: 0; four hold the process for 10 s)', async () => {
    const tracker = await sink();
    const { ended } = shopProcess('natural', join(dirs(), 'queue.db'), tracker.url, 13);
    expect(await ended).toMatchObject({ code: 0, errors: '' });
    expect(ordersOf(tracker).size).toBe(13);
  }, 60_000);

  it('connection refused for 25 s, then up: 20 of 20 by itself (Amplitude and Mixpanel: 0)', async () => {
    const port = await freePort();
    const { clock, tallyback } = timed(`http://127.0.0.1:${port}`);
    await track(tallyback);
    await pass(tallyback, clock, clock.at + 25 * SECOND);
    expect((await tallyback.stats()).house?.pending).toBe(EVENTS);
    const tracker = await sink(recorded, port);
    await pass(tallyback, clock, clock.at + HOUR);
    expect(ordersOf(tracker).size).toBe(EVENTS);
  }, 60_000);

  it.each([
    ['25 s (PostHog and Mixpanel: 0)', 25 * SECOND],
    ['10 minutes (four peers: 0, no peer by itself)', 10 * MINUTE],
    ['6 hours', 6 * HOUR],
    ['70 hours, longer than any peer tries', 70 * HOUR],
  ])(
    '503 for %s, then 200: 20 of 20 by itself',
    async (_, outage) => {
      const tracker = await sink(unavailable);
      const { clock, tallyback } = timed(tracker.url);
      await track(tallyback);
      await pass(tallyback, clock, clock.at + outage);
      expect((await tallyback.stats()).house).toMatchObject({ pending: EVENTS, dead: 0, delivered: 0 });
      const accepted = new Set<string>();
      tracker.behave((response, request, socket) => {
        accepted.add(request.id);
        recorded(response, request, socket);
      });
      await pass(tallyback, clock, clock.at + 27 * HOUR);
      expect(accepted.size).toBe(EVENTS);
      expect((await tallyback.stats()).house).toMatchObject({ pending: 0, dead: 0, delivered: EVENTS });
    },
    120_000,
  );

  it('the server processes, then cuts the socket, twice: sent again under the same id (Amplitude and Mixpanel drop)', async () => {
    const seen = new Map<string, number>();
    const tracker = await sink((response, { id }, socket) => {
      const times = (seen.get(id) ?? 0) + 1;
      seen.set(id, times);
      if (times <= 2) socket.destroy();
      else json(response, 200, { outcome: 'duplicate' });
    });
    const { clock, tallyback } = timed(tracker.url);
    await track(tallyback);
    await pass(tallyback, clock, clock.at + HOUR);
    expect([...seen.values()]).toEqual(Array.from({ length: EVENTS }, () => 3));
    expect((await tallyback.stats()).house).toMatchObject({ pending: 0, delivered: EVENTS });
  }, 60_000);

  it('the server never answers: close() is back within its bound with everything kept (peers: 1 ms to 90 s)', async () => {
    const tracker = await sink(() => {});
    const { tallyback } = timed(tracker.url);
    const over: string[] = [];
    tallyback.on('retry', ({ why }) => over.push(why));
    await track(tallyback);
    expect(await tallyback.close({ timeoutMs: 1_000 })).toEqual({ delivered: 0, pending: EVENTS, dead: 0 });
    // Long before the first attempt has had its time.
    expect(over).toEqual([]);
  }, 60_000);

  it('the endpoint cannot be reached and nobody awaits: the process lives and ends well (Rudder: exit 1)', async () => {
    const { ended } = shopProcess('natural', join(dirs(), 'queue.db'), `http://127.0.0.1:${await freePort()}`, 1);
    expect(await ended).toEqual({ code: 0, signal: null, errors: '' });
  }, 60_000);

  it('1,000 more while ten are in flight: none is removed unsent (Snowplow loses ten)', async () => {
    let release = () => {};
    const held: (() => void)[] = [];
    const tracker = await sink((...given) => {
      held.push(() => recorded(...given));
      if (held.length === 10) release();
    });
    const { tallyback } = timed(tracker.url);
    const full = new Promise<void>((resolve) => {
      release = resolve;
    });
    await track(tallyback, 10, 'early');
    await full;
    await track(tallyback, 1_000, 'late');
    tracker.behave(recorded);
    for (const answer of held) answer();
    expect(await tallyback.flush()).toEqual({ delivered: 1_010, pending: 0, dead: 0 });
    expect(ordersOf(tracker).size).toBe(1_010);
  }, 60_000);

  it('flush() while another runs, and events during it: both wait for everything (Segment returns early)', async () => {
    const tracker = await sink();
    const { tallyback } = timed(tracker.url);
    await track(tallyback, 200, 'a');
    const flushes = [tallyback.flush(), tallyback.flush()];
    await track(tallyback, 50, 'b');
    await Promise.all([...flushes, tallyback.flush()]);
    expect(ordersOf(tracker).size).toBe(250);
  }, 60_000);

  it('an id stays the same over every attempt, and so do the bytes (four peers serialise anew)', async () => {
    const tracker = await sink(unavailable);
    const { clock, tallyback } = timed(tracker.url);
    await track(tallyback, 1);
    await pass(tallyback, clock, clock.at + 3 * HOUR);
    expect(tracker.received.length).toBeGreaterThan(3);
    expect(new Set(tracker.received.map(({ id, body }) => `${id} ${body.toString('hex')}`)).size).toBe(1);
  }, 60_000);
});
