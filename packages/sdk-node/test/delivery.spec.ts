import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createVerifier } from '@tallyback/protocol';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../../../scripts/net/free-ports.js';
import { DEFAULT_RETRY_SCHEDULE } from '../src/delivery/retry-policy.js';
import { memoryQueue } from '../src/memory.js';
import { house, SECRET, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const START = Date.parse('2026-11-22T10:00:00.000Z');
const SECOND = 1_000;
const HOUR = 3_600_000;

/** A clock that tests set. */
const clock = (at = START) => ({
  at,
  now() {
    return this.at;
  },
});

describe('delivery', () => {
  it('sends what was converted, signed, to the path of the tracker', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(`${tracker.url}/prefix/`) } });
    const receipt = await tallyback.convert({ transactionId: 'A-1', revenue: '49.90', currency: 'EUR' });
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    const [request] = tracker.received;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/prefix/v1/conversions',
      headers: {
        'content-type': 'application/json',
        'tallyback-advertiser': 'acme',
        'user-agent': expect.stringMatching(/^tallyback-sdk-node\/\d/),
      },
    });
    expect(JSON.parse(String(request?.body))).toEqual({
      type: 'conversion.created',
      timestamp: receipt.acceptedAt,
      data: { event: 'purchase', transactionId: 'A-1', revenue: '49.90', currency: 'EUR' },
    });
  });

  it('sends the same bytes and id at every attempt, and signs each with its own time', async () => {
    const tracker = await sink((response) => json(response, 503, {}));
    const time = clock();
    const now = () => time.now();
    const tallyback = shop({
      now,
      destinations: { house: house(tracker.url) },
      retrySchedule: [5 * SECOND, 400 * SECOND],
    });
    await tallyback.convert({ transactionId: 'Ü-1', revenue: '49.90', currency: 'EUR' });
    await tallyback.flush();
    time.at += 5 * SECOND;
    await tallyback.flush();
    tracker.behave(recorded);
    time.at += 400 * SECOND;
    expect(await tallyback.flush()).toMatchObject({ delivered: 1 });

    const verifier = createVerifier(SECRET);
    const sent = tracker.received;
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(new Set(sent.map(({ body }) => body.toString('hex'))).size).toBe(1);
    const seconds = [START, START + 5 * SECOND, START + 405 * SECOND].map((ms) => String(ms / SECOND));
    expect(sent.map(({ headers }) => headers['webhook-timestamp'])).toEqual(seconds);
    for (const { headers, body } of sent) {
      const timestamp = String(headers['webhook-timestamp']);
      const [id, signature] = [String(headers['webhook-id']), String(headers['webhook-signature'])];
      expect(verifier.verify({ id, timestamp, signature, body, now: Number(timestamp) * SECOND })).toMatchObject({
        ok: true,
      });
    }
  });

  it('is verified by the published standardwebhooks library', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1', metadata: { note: 'Grüße 😀' } });
    await tallyback.flush();
    const [request] = tracker.received;
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(String(request?.body), headers)).toMatchObject({ type: 'conversion.created' });
  });

  it('retries a connection that is refused until somebody answers', async () => {
    const port = await freePort();
    const time = clock();
    const tallyback = shop({ now: () => time.now(), destinations: { house: house(`http://127.0.0.1:${port}`) } });
    const retries: string[] = [];
    tallyback.on('retry', ({ why }) => retries.push(why));
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(retries).toEqual([expect.stringContaining('ECONNREFUSED')]);
    const tracker = await sink(recorded, port);
    time.at += 6 * SECOND;
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    expect(tracker.received).toHaveLength(1);
  });

  it('sends the same id again at once when the socket is cut after the request was processed', async () => {
    const seen = new Set<string>();
    const tracker = await sink((response, { id }, socket) => {
      if (seen.has(id)) return json(response, 200, { outcome: 'duplicate' });
      seen.add(id);
      return void socket.destroy();
    });
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    expect(tracker.received.map(({ id }) => id)).toEqual([...seen, ...seen]);
  });

  it('leaves a socket that is cut every time to the schedule, after two more tries', async () => {
    const tracker = await sink((_, __, socket) => void socket.destroy());
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(tracker.received).toHaveLength(3);
  });

  it('waits as long as Retry-After asks without using up the schedule', async () => {
    const tracker = await sink((response) => json(response, 429, { reason: 'rate_limited' }, { 'retry-after': '7' }));
    const time = clock();
    const tallyback = shop({
      now: () => time.now(),
      destinations: { house: house(tracker.url) },
      retrySchedule: [SECOND],
    });
    const due: number[] = [];
    tallyback.on('retry', ({ nextAttemptAt }) => due.push(nextAttemptAt.getTime() - time.at));
    await tallyback.convert({ transactionId: 'A-1' });
    for (let round = 0; round < 3; round += 1) {
      await tallyback.flush();
      time.at += 7 * SECOND;
    }
    expect(due).toEqual([7 * SECOND, 7 * SECOND, 7 * SECOND]);
    tracker.behave(recorded);
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
  });

  it('follows the whole schedule for about 76 hours and then gives up, once', async () => {
    const tracker = await sink((response) => json(response, 500, {}));
    const time = clock();
    const tallyback = shop({ now: () => time.now(), destinations: { house: house(tracker.url) } });
    const at: number[] = [];
    const dead: unknown[] = [];
    tallyback.on('retry', ({ nextAttemptAt }) => at.push(nextAttemptAt.getTime()));
    tallyback.on('dead', (event) => dead.push(event));
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    for (let next = at[0]; next !== undefined; next = at[tracker.received.length - 1]) {
      time.at = next;
      await tallyback.flush();
    }
    expect(tracker.received).toHaveLength(DEFAULT_RETRY_SCHEDULE.length + 1);
    expect((time.at - START) / HOUR).toBeCloseTo(75.6, 1);
    expect(dead).toMatchObject([{ transactionId: 'A-1', attempt: 10, why: expect.stringContaining('HTTP 500') }]);
    time.at += 1_000 * HOUR;
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 0, dead: 1 });
    expect(tracker.received).toHaveLength(10);
  });

  it('tries what is past its horizon once after a restart', async () => {
    const tracker = await sink();
    const queue = memoryQueue();
    const deliveries = [{ id: 'old', destination: 'house', body: '{}' }];
    const identity = { event: 'purchase', transactionId: 'old' };
    await queue.enqueue({ id: 'm', kind: 'created', ...identity, createdAt: START - 1_000 * HOUR, deliveries });
    const tallyback = shop({ queue, now: () => START, destinations: { house: house(tracker.url) } });
    expect(await tallyback.flush()).toMatchObject({ delivered: 1 });
  });

  it.each([
    ['a 200 that says error', 200, { status: 'error' }, 'pending'],
    ['a 200 of a captive portal', 200, '<html>', 'pending'],
    ['a redirect', 302, {}, 'dead'],
    ['a rejection by the tracker', 404, { outcome: 'rejected', reason: 'click_not_found', detail: 'no' }, 'dead'],
    ['a 404 of a proxy', 404, { message: 'no such service' }, 'pending'],
  ])('does not take %s for a success', async (_, status, body, state) => {
    const tracker = await sink((response) => json(response, status, body, { location: '/elsewhere' }));
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 0, dead: 0, [state]: 1 });
    expect(tracker.received).toHaveLength(1);
  });

  it('reads an endless answer no further than it must', async () => {
    const tracker = await sink((response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
  });

  it('keeps an answer without a body as its status alone', async () => {
    const tracker = await sink((response) => response.writeHead(503).end());
    const queue = memoryQueue();
    const tallyback = shop({ queue, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    const { items } = await queue.list({ state: 'pending', limit: 1 });
    expect(items[0]?.answer).toBe('HTTP 503');
  });

  it('keeps an answer with the delivery, shortened and without the secrets it echoes', async () => {
    const tracker = await sink((response) => json(response, 500, { echo: SECRET, filler: 'y'.repeat(9_000) }));
    const queue = memoryQueue();
    const tallyback = shop({ queue, destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    const { items } = await queue.list({ state: 'pending', limit: 1 });
    expect(items[0]?.answer).toMatch(/^HTTP 500\n/);
    expect(items[0]?.answer?.length).toBeLessThanOrEqual(2_048);
    expect(items[0]?.answer).not.toContain(SECRET);
  });

  it('gives up an attempt that takes too long and tries again later', async () => {
    const tracker = await sink(() => {});
    const tallyback = shop({ attemptTimeoutMs: 50, destinations: { house: house(tracker.url) } });
    const retries: string[] = [];
    tallyback.on('retry', ({ why }) => retries.push(why));
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(retries).toEqual([expect.stringContaining('in time')]);
  });

  it('delivers to one destination while another hangs', async () => {
    const [hanging, working] = [await sink(() => {}), await sink()];
    const tallyback = shop({
      destinations: { slow: house(hanging.url, { concurrency: 1 }), fast: house(working.url) },
    });
    for (let index = 0; index < 20; index += 1) await tallyback.convert({ transactionId: `A-${index}` });
    await working.arrived(20);
    expect(hanging.received.length).toBeLessThanOrEqual(1);
  });

  it('never has more requests running than the destination allows', async () => {
    let most = 0;
    let held: ServerResponse[] = [];
    // Answers only when three requests wait: fewer at once would never be answered.
    const tracker = await sink((response) => {
      held.push(response);
      most = Math.max(most, held.length);
      if (held.length !== 3) return;
      setImmediate(() => {
        for (const one of held) json(one, 201, { outcome: 'recorded' });
        held = [];
      });
    });
    const tallyback = shop({ destinations: { house: house(tracker.url, { concurrency: 3 }) } });
    await Promise.all(Array.from({ length: 51 }, (_, index) => tallyback.convert({ transactionId: `A-${index}` })));
    expect(await tallyback.flush()).toMatchObject({ delivered: 51 });
    expect(most).toBe(3);
  });

  it('sends a refund only after its purchase was confirmed', async () => {
    const tracker = await sink((response) => json(response, 503, {}));
    const time = clock();
    const tallyback = shop({ now: () => time.now(), destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1', revenue: '10.00', currency: 'EUR' });
    await tallyback.update({ transactionId: 'A-1', status: 'refunded' });
    await tallyback.flush();
    tracker.behave(recorded);
    time.at += 6 * SECOND;
    expect(await tallyback.flush()).toMatchObject({ delivered: 2 });
    const types = tracker.received.map(({ body }) => (JSON.parse(String(body)) as { type: string }).type);
    expect(types).toEqual(['conversion.created', 'conversion.created', 'conversion.updated']);
  });
});
