import { describe, expect, it } from '@jest/globals';
import { createClickToken, createId } from '@tallyback/protocol';
import type { Destination, PrepareContext } from '../src/destinations/destination.js';
import { withFilter } from '../src/destinations.js';
import { memoryQueue } from '../src/memory.js';
import { house, SECRET, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const refused = { outcome: 'rejected', reason: 'click_not_found', detail: 'unknown click' };

describe('dead letters', () => {
  it('are listed page by page with what the destination said, and delivered after a replay under the same id', async () => {
    const tracker = await sink((response) => json(response, 404, refused));
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    for (const transactionId of ['A-1', 'A-2', 'A-3']) await tallyback.convert({ transactionId });
    expect(await tallyback.flush()).toMatchObject({ dead: 3 });
    const first = await tallyback.deadLetters.list({ limit: 2 });
    const second = await tallyback.deadLetters.list({ limit: 2, cursor: first.next as string });
    const items = [...first.items, ...second.items];
    expect(items.map(({ transactionId }) => transactionId)).toEqual(['A-1', 'A-2', 'A-3']);
    expect(items[0]).toMatchObject({ destination: 'house', event: 'purchase', attempts: 1 });
    expect(items[0]?.answer).toContain('click_not_found');
    expect(second.next).toBeUndefined();

    tracker.behave(recorded);
    expect(await tallyback.deadLetters.replay([items[0]?.id as string, 'unknown'])).toBe(1);
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 2 });
    expect(tracker.received.at(-1)?.id).toBe(items[0]?.id);
    expect(await tallyback.deadLetters.replay({})).toBe(2);
    expect(await tallyback.flush()).toEqual({ delivered: 3, pending: 0, dead: 0 });
  });

  it('are replayed by destination or by age, however many', async () => {
    const tracker = await sink((response) => json(response, 404, refused));
    let now = Date.parse('2026-11-22T10:00:00.000Z');
    const tallyback = shop({ now: () => now, destinations: { a: house(tracker.url), b: house(tracker.url) } });
    await Promise.all(Array.from({ length: 600 }, (_, n) => tallyback.convert({ transactionId: `old-${n}` })));
    await tallyback.flush();
    now += 60_000;
    await tallyback.convert({ transactionId: 'new' });
    await tallyback.flush();
    expect(await tallyback.deadLetters.replay({ destination: 'a', since: new Date(now) })).toBe(1);
    await tallyback.flush();
    expect(await tallyback.deadLetters.discard({ destination: 'a' })).toBe(601);
    expect((await tallyback.stats()).a).toMatchObject({ dead: 0 });
    expect((await tallyback.stats()).b).toMatchObject({ dead: 601, givenUp: 601 });
  });

  it('have the whole schedule ahead again after a replay, however old they are', async () => {
    const tracker = await sink((response) => json(response, 503, {}));
    let now = Date.parse('2026-11-22T10:00:00.000Z');
    const tallyback = shop({ now: () => now, retrySchedule: [1_000], destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    now += 2_000;
    expect(await tallyback.flush()).toMatchObject({ dead: 1 });
    now += 1_000 * 3_600_000;
    await tallyback.deadLetters.replay({});
    expect(await tallyback.flush()).toMatchObject({ pending: 1, dead: 0 });
    tracker.behave(recorded);
    now += 2_000;
    expect(await tallyback.flush()).toMatchObject({ delivered: 1 });
  });

  it('let the refund go once the purchase was discarded', async () => {
    const tracker = await sink((response) => json(response, 404, refused));
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.update({ transactionId: 'A-1', status: 'refunded' });
    expect(await tallyback.flush()).toMatchObject({ pending: 1, dead: 1 });
    tracker.behave(recorded);
    const { items } = await tallyback.deadLetters.list();
    expect(await tallyback.deadLetters.discard(items[0]?.id as string)).toBe(1);
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    expect(tracker.received.at(-1)?.body.toString()).toContain('conversion.updated');
  });

  it('are made at once of what a destination can never send, in sight and without failing convert()', async () => {
    const tracker = await sink();
    const broken: Destination = {
      ...house(tracker.url),
      prepare: () => {
        throw new Error(`no way with ${SECRET}`);
      },
    };
    const tallyback = shop({
      destinations: {
        house: house(tracker.url),
        broken,
        picky: withFilter(house(tracker.url), {
          when: () => {
            throw new Error('when is broken');
          },
        }),
        leads: withFilter(house(tracker.url), { on: ['lead'] }),
      },
    });
    const dead: string[] = [];
    tallyback.on('dead', ({ destination, attempt, why }) => dead.push(`${destination} ${attempt} ${why}`));
    const receipt = await tallyback.convert({ transactionId: 'A-1' });
    expect(receipt.destinations).toEqual(['house', 'broken', 'picky']);
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 2 });
    const { items } = await tallyback.deadLetters.list();
    expect(items.map(({ destination, attempts, answer }) => [destination, attempts, answer])).toEqual([
      ['broken', 0, 'it could not be prepared: no way with whsec_[redacted]'],
      ['picky', 0, 'it could not be prepared: when is broken'],
    ]);
    expect(dead.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['broken 0', 'picky 0']);
    expect(await tallyback.deadLetters.replay({})).toBe(0);
    expect(tracker.received).toHaveLength(1);
  });
});

describe('unacknowledged()', () => {
  it('tells which orders are not confirmed by whom, and since when', async () => {
    const [up, picky, down] = [
      await sink(),
      await sink((response) => json(response, 404, refused)),
      await sink((response) => json(response, 503, {})),
    ];
    let now = Date.parse('2026-11-22T10:00:00.000Z');
    const tallyback = shop({
      now: () => now,
      destinations: { up: house(up.url), picky: house(picky.url), down: house(down.url) },
    });
    await tallyback.convert({ transactionId: 'old' });
    await tallyback.flush();
    now += 60_000;
    const since = new Date(now);
    await tallyback.convert({ transactionId: 'new' });
    await tallyback.update({ transactionId: 'new', status: 'refunded' });
    await tallyback.flush();
    const found = await tallyback.unacknowledged({ since });
    expect(found).toMatchObject([{ event: 'purchase', transactionId: 'new', acceptedAt: since.toISOString() }]);
    expect(found[0]?.destinations.map(({ destination, state, attempts }) => [destination, state, attempts])).toEqual([
      ['picky', 'dead', 1],
      ['down', 'pending', 1],
      ['picky', 'pending', 0],
      ['down', 'pending', 0],
    ]);
    expect(found[0]?.destinations[1]).toMatchObject({ answer: 'HTTP 503\n{}', nextAttemptAt: new Date(now + 5_000) });
    expect(await tallyback.unacknowledged({ before: since })).toMatchObject([{ transactionId: 'old' }]);
    expect(await tallyback.unacknowledged()).toHaveLength(2);
    expect(await tallyback.unacknowledged({ since: new Date(now + 1) })).toEqual([]);
    for (const time of [since.toISOString(), since.getTime()]) {
      expect(await tallyback.unacknowledged({ since: time })).toEqual(found);
      expect((await tallyback.deadLetters.list({ since: time })).items).toHaveLength(1);
    }
  });

  it('reads a long backlog page by page', async () => {
    const down = await sink((response) => json(response, 503, {}));
    const tallyback = shop({ destinations: { house: house(down.url) } });
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => tallyback.convert({ transactionId: `A-${n}` })));
    const found = await tallyback.unacknowledged();
    expect(new Set(found.map(({ transactionId }) => transactionId)).size).toBe(2_500);
  });
});

describe('a destination that says so', () => {
  it('gives a conversion up after the attempts that such an answer is worth', async () => {
    const tracker = await sink();
    let now = 1_000_000;
    const twice: Destination = {
      ...house(tracker.url),
      classify: () => ({ outcome: 'retry', why: 'not yet', atMost: 2 }),
    };
    const tallyback = shop({ now: () => now, destinations: { twice } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toMatchObject({ pending: 1 });
    now += 10_000;
    expect(await tallyback.flush()).toMatchObject({ dead: 1 });
    expect((await tallyback.deadLetters.list()).items[0]).toMatchObject({
      attempts: 2,
      answer: expect.stringContaining('not yet'),
    });
  });

  it('delivers without confirming', async () => {
    const tracker = await sink();
    const blind: Destination = { ...house(tracker.url), classify: () => ({ outcome: 'delivered', confirmed: false }) };
    const tallyback = shop({ destinations: { blind, house: house(tracker.url) } });
    const delivered: string[] = [];
    tallyback.on('delivered', ({ destination, confirmed }) => delivered.push(`${destination} ${confirmed}`));
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    expect(delivered.sort()).toEqual(['blind false', 'house true']);
  });
});

describe('secrets of destinations', () => {
  it('reach neither the log nor the events nor the kept answers', async () => {
    const token = 'tok/en with+everything';
    const echo = await sink((response) => json(response, 500, { token, url: encodeURIComponent(token) }));
    const queue = memoryQueue();
    const lines: string[] = [];
    const log = (message: string) => void lines.push(message);
    const leaky: Destination = {
      ...house(echo.url),
      secrets: [token],
      classify: ({ body }) => ({ outcome: 'dead', why: `it said ${body}` }),
    };
    const tallyback = shop({
      queue,
      destinations: { leaky },
      logger: { debug: log, info: log, warn: log, error: log },
    });
    tallyback.on('dead', ({ why }) => log(why));
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    const { items } = await tallyback.deadLetters.list();
    expect(lines.length).toBeGreaterThan(1);
    expect([...lines, items[0]?.answer].join('\n')).not.toMatch(/tok\/en|tok%2Fen/);
    expect(items[0]?.answer).toContain('[redacted]');
  });
});

describe('a click token', () => {
  const clickId = createId();
  const token = (given: Partial<Parameters<typeof createClickToken>[0]> = {}) =>
    createClickToken({ clickId, clickedAt: 1_700_000_000, platformIds: { gclid: 'G' }, ...given });
  const watching = async () => {
    const tracker = await sink();
    const seen: PrepareContext[] = [];
    const destination: Destination = {
      ...house(tracker.url),
      prepare: (message, context) => {
        seen.push(context);
        return JSON.stringify(message);
      },
    };
    return { seen, tracker, tallyback: shop({ destinations: { house: destination } }) };
  };

  it('names the click and tells destinations the ids of the ad platforms; it is not sent itself', async () => {
    const { seen, tracker, tallyback } = await watching();
    await tallyback.convert({ transactionId: 'A-1', clickToken: token() }, { person: { email: 'a@example.com' } });
    await tallyback.flush();
    expect(seen).toEqual([{ person: { email: 'a@example.com' }, clickIds: { gclid: 'G' } }]);
    expect(JSON.parse(String(tracker.received[0]?.body)).data).toEqual({
      clickId,
      event: 'purchase',
      transactionId: 'A-1',
    });
  });

  it('keeps the ids of the ad platforms from destinations when the visitor refused', async () => {
    const { seen, tallyback } = await watching();
    await tallyback.convert({ transactionId: 'A-1', clickToken: token({ consent: 'denied' }) });
    expect(seen).toEqual([{}]);
  });

  it('may stand beside the same click id, and beside none', async () => {
    const { tallyback } = await watching();
    await tallyback.convert({ transactionId: 'A-1', clickId: clickId.toUpperCase(), clickToken: token() });
    const { clickId: _, ...without } = { clickId, clickedAt: 1 };
    await tallyback.convert({ transactionId: 'A-2', clickToken: createClickToken(without) });
    expect(await tallyback.flush()).toMatchObject({ delivered: 2 });
  });

  it('may be undefined, as what a form did not send is', async () => {
    const { seen, tallyback } = await watching();
    await tallyback.convert({ transactionId: 'A-1', clickToken: undefined, clickId: undefined }, { person: undefined });
    expect(seen).toEqual([{}]);
  });

  it('is refused when it is none, or names another click', async () => {
    const { tallyback } = await watching();
    const refusing = (input: Parameters<typeof tallyback.convert>[0]) =>
      expect(tallyback.convert(input)).rejects.toMatchObject({
        code: 'invalid_conversion',
        faults: [{ field: 'clickToken' }],
      });
    await refusing({ transactionId: 'A-1', clickToken: 'tb1.broken' });
    await refusing({ transactionId: 'A-1', clickToken: token(), clickId: createId() });
  });
});

describe('a transaction of the caller', () => {
  it('is refused by a queue that can join none', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(tracker.url) } });
    const manager = { query: async () => [] };
    await expect(tallyback.convert({ transactionId: 'A-1' }, { manager })).rejects.toMatchObject({
      code: 'configuration_invalid',
      option: 'manager',
    });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 0, dead: 0 });
  });
});
