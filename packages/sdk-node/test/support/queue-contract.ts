import { afterEach, describe, expect, it } from '@jest/globals';
import type { Claim, ClaimedDelivery, Queue, Settlement } from '../../src/queue/queue.js';
import { message } from './messages.js';

const LEASE = 1_000;

/** What every queue must do. `make` gives a fresh, empty one. */
export function queueContract(name: string, make: () => Queue): void {
  describe(`${name} as a queue`, () => {
    const open: Queue[] = [];
    const fresh = () => {
      const queue = make();
      open.push(queue);
      return queue;
    };
    afterEach(async () => {
      for (const queue of open.splice(0)) await queue.close();
    });

    const claim = (queue: Queue, now = 2_000, limit = 10, destination = 'house') =>
      queue.claim({ destination, limit, leaseMs: LEASE, now });
    const only = (claimed: readonly ClaimedDelivery[]): ClaimedDelivery => {
      expect(claimed).toHaveLength(1);
      return claimed[0] as ClaimedDelivery;
    };
    const of = ({ seq, id, fence }: Claim) => ({ seq, id, fence });
    const delivered = (held: Claim): Settlement => ({ ...of(held), outcome: 'delivered' });

    it('gives out a stored delivery with its frozen body, the first attempt counted', async () => {
      const queue = fresh();
      const stored = message({ transactionId: 'A-1 "Ü" \\ 😀' });
      expect(await queue.enqueue(stored)).toEqual({ stored: true });
      expect(only(await claim(queue))).toMatchObject({
        id: stored.deliveries[0]?.id,
        destination: 'house',
        event: 'purchase',
        transactionId: 'A-1 "Ü" \\ 😀',
        body: stored.deliveries[0]?.body,
        attempt: 1,
        step: 0,
        createdAt: 1_000,
      });
    });

    it('gives nothing out twice while a lease holds', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      await claim(queue);
      expect(await claim(queue)).toEqual([]);
    });

    it('makes one delivery per destination, claimed apart', async () => {
      const queue = fresh();
      await queue.enqueue(message({ to: ['house', 'other'] }));
      expect(await claim(queue, 2_000, 10, 'other')).toHaveLength(1);
      expect(await claim(queue, 2_000, 10, 'house')).toHaveLength(1);
      expect(await claim(queue, 2_000, 10, 'third')).toEqual([]);
    });

    it('gives out at most as many as asked for, the oldest first', async () => {
      const queue = fresh();
      const stored = [message(), message(), message()];
      for (const one of stored) await queue.enqueue(one);
      const ids = stored.map(({ deliveries }) => deliveries[0]?.id);
      expect((await claim(queue, 2_000, 2)).map(({ id }) => id)).toEqual(ids.slice(0, 2));
      expect((await claim(queue, 2_000, 2)).map(({ id }) => id)).toEqual(ids.slice(2));
    });

    it('answers a second message of the same event and transaction with the first', async () => {
      const queue = fresh();
      const first = message({ to: ['house', 'other'] });
      await queue.enqueue(first);
      const again = await queue.enqueue(message({ transactionId: first.transactionId, createdAt: 5_000 }));
      expect(again).toEqual({
        stored: false,
        first: { id: first.id, createdAt: 1_000, destinations: ['house', 'other'] },
      });
      expect(await claim(queue, 9_000)).toHaveLength(1);
    });

    it('still knows the first after it was delivered', async () => {
      const queue = fresh();
      const first = message();
      await queue.enqueue(first);
      await queue.settle([delivered(only(await claim(queue)))]);
      expect(await queue.enqueue(message({ transactionId: first.transactionId }))).toMatchObject({
        stored: false,
        first: { id: first.id },
      });
      expect(await claim(queue)).toEqual([]);
    });

    it('keeps one of many copies that arrive at once', async () => {
      const queue = fresh();
      const copies = Array.from({ length: 50 }, () => message({ transactionId: 'same' }));
      const results = await Promise.all([...copies, message(), message()].map((one) => queue.enqueue(one)));
      expect(results.filter(({ stored }) => stored)).toHaveLength(3);
      for (const result of results.slice(1, 50)) {
        expect(result).toMatchObject({ stored: false, first: { id: copies[0]?.id } });
      }
      expect(await claim(queue)).toHaveLength(3);
    });

    it('takes the same transaction id for another event as another conversion', async () => {
      const queue = fresh();
      await queue.enqueue(message({ transactionId: 'T', event: 'lead' }));
      expect(await queue.enqueue(message({ transactionId: 'T', event: 'purchase' }))).toEqual({ stored: true });
    });

    it('gives a retry out when it is due and not before, with its step and the next attempt', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      const held = only(await claim(queue));
      const settled = await queue.settle([{ ...of(held), outcome: 'retry', at: 7_000, step: 1, answer: 'HTTP 503' }]);
      expect(settled).toEqual([true]);
      expect(await queue.nextDue(['house'])).toBe(7_000);
      expect(await claim(queue, 6_999)).toEqual([]);
      expect(only(await claim(queue, 7_000))).toMatchObject({ id: held.id, body: held.body, attempt: 2, step: 1 });
    });

    it('does not count the attempt of a delivery that is handed back', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      await queue.settle([{ ...of(only(await claim(queue))), outcome: 'release' }]);
      expect(only(await claim(queue))).toMatchObject({ attempt: 1 });
    });

    it('takes over what a dead process held once the lease has run out, attempt counted, no step used', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      await claim(queue, 2_000);
      expect(await claim(queue, 2_000 + LEASE - 1)).toEqual([]);
      expect(only(await claim(queue, 2_000 + LEASE))).toMatchObject({ attempt: 2, step: 0 });
    });

    it('refuses the settlement of one whose lease another has taken over', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      const late = only(await claim(queue, 2_000));
      const current = only(await claim(queue, 4_000));
      for (const outcome of ['delivered', 'release'] as const) {
        expect(await queue.settle([{ ...of(late), outcome }])).toEqual([false]);
      }
      expect(await queue.settle([{ ...of(late), outcome: 'dead', answer: '' }])).toEqual([false]);
      expect(await queue.settle([delivered(current)])).toEqual([true]);
    });

    it('applies each settlement of a batch by itself', async () => {
      const queue = fresh();
      for (const one of [message(), message(), message()]) await queue.enqueue(one);
      const [a, b, c] = (await claim(queue)) as [ClaimedDelivery, ClaimedDelivery, ClaimedDelivery];
      expect(await queue.settle([delivered(a), { ...delivered(b), fence: 99 }, delivered(c)])).toEqual([
        true,
        false,
        true,
      ]);
      expect(await queue.counts(['house'])).toEqual({ pending: 0, inFlight: 1, dead: 0 });
    });

    it('settles a claim once', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      const held = only(await claim(queue));
      const retry: Settlement = { ...of(held), outcome: 'retry', at: 3_000, step: 1, answer: '' };
      expect(await queue.settle([retry])).toEqual([true]);
      expect(await queue.settle([retry])).toEqual([false]);
      expect(await queue.settle([delivered(held)])).toEqual([false]);
    });

    it('moves the end of a lease for its holder only', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      const held = only(await claim(queue, 2_000));
      expect(await queue.extend([held], 9_000)).toEqual([true]);
      expect(await claim(queue, 8_999)).toEqual([]);
      const next = only(await claim(queue, 9_000));
      expect(await queue.extend([held, next], 20_000)).toEqual([false, true]);
    });

    it('holds an update back until the messages before it are delivered, one after the other', async () => {
      const queue = fresh();
      const transactionId = 'refunded';
      const purchase = message({ transactionId });
      const updates = [message({ transactionId, kind: 'updated' }), message({ transactionId, kind: 'updated' })];
      const unrelated = message();
      for (const one of [purchase, ...updates, unrelated]) expect(await queue.enqueue(one)).toEqual({ stored: true });
      const first = await claim(queue);
      expect(first.map(({ body }) => body)).toEqual([purchase.deliveries[0]?.body, unrelated.deliveries[0]?.body]);
      expect(await claim(queue)).toEqual([]);
      await queue.settle(first.map(delivered));
      for (const { deliveries } of updates) {
        const next = only(await claim(queue));
        expect(next.body).toBe(deliveries[0]?.body);
        await queue.settle([delivered(next)]);
      }
      expect(await queue.nextDue(['house'])).toBeUndefined();
    });

    it('keeps the order while the first is retried, and behind one that is dead', async () => {
      const queue = fresh();
      const transactionId = 'refunded';
      await queue.enqueue(message({ transactionId }));
      await queue.enqueue(message({ transactionId, kind: 'updated' }));
      const first = only(await claim(queue, 2_000));
      await queue.settle([{ ...of(first), outcome: 'retry', at: 5_000, step: 1, answer: '' }]);
      expect(await claim(queue, 4_000)).toEqual([]);
      const again = only(await claim(queue, 5_000));
      expect(again.id).toBe(first.id);
      await queue.settle([{ ...of(again), outcome: 'dead', answer: 'click_not_found' }]);
      expect(await claim(queue, 900_000)).toEqual([]);
      expect(await queue.counts(['house'])).toEqual({ pending: 1, inFlight: 0, dead: 1 });
      expect(await queue.nextDue(['house'])).toBeUndefined();
    });

    it('keeps the order per destination, not across destinations', async () => {
      const queue = fresh();
      const transactionId = 'refunded';
      const to = ['house', 'other'];
      await queue.enqueue(message({ transactionId, to }));
      await queue.enqueue(message({ transactionId, kind: 'updated', to }));
      await queue.settle((await claim(queue, 2_000, 10, 'other')).map(delivered));
      expect(await claim(queue, 2_000, 10, 'other')).toHaveLength(1);
      expect(await claim(queue, 2_000, 10, 'house')).toHaveLength(1);
      expect(await claim(queue, 2_000, 10, 'house')).toEqual([]);
    });

    it('takes an update that is stored before its conversion, and keeps that order too', async () => {
      const queue = fresh();
      const transactionId = 'early';
      const update = message({ transactionId, kind: 'updated' });
      const purchase = message({ transactionId });
      expect(await queue.enqueue(update)).toEqual({ stored: true });
      expect(await queue.enqueue(purchase)).toEqual({ stored: true });
      expect(await queue.enqueue(message({ transactionId }))).toMatchObject({ stored: false });
      const first = only(await claim(queue));
      expect(first.body).toBe(update.deliveries[0]?.body);
      await queue.settle([delivered(first)]);
      expect(only(await claim(queue)).body).toBe(purchase.deliveries[0]?.body);
    });

    it('keeps the order of a conversion and its update that are stored in the same turn', async () => {
      const queue = fresh();
      const transactionId = 'both';
      const purchase = message({ transactionId });
      await Promise.all([purchase, message({ transactionId, kind: 'updated' })].map((one) => queue.enqueue(one)));
      expect(only(await claim(queue)).body).toBe(purchase.deliveries[0]?.body);
    });

    it('counts what waits, what is in flight and what is dead for the destinations asked about', async () => {
      const queue = fresh();
      for (const one of [message(), message(), message({ to: ['other'] })]) await queue.enqueue(one);
      const [held] = await claim(queue, 2_000, 1);
      expect(await queue.counts(['house'])).toEqual({ pending: 1, inFlight: 1, dead: 0 });
      await queue.settle([{ ...of(held as Claim), outcome: 'dead', answer: 'gone' }]);
      expect(await queue.counts(['house', 'other'])).toEqual({ pending: 2, inFlight: 0, dead: 1 });
    });

    it('lists deliveries of a state page by page, with the last answer', async () => {
      const queue = fresh();
      const stored = [message(), message(), message()];
      for (const one of stored) await queue.enqueue(one);
      const claimed = await claim(queue, 2_000, 2);
      await queue.settle(claimed.map((held) => ({ ...of(held), outcome: 'dead', answer: `no ${held.id}` })));
      const first = await queue.list({ state: 'dead', limit: 1 });
      const second = await queue.list({ state: 'dead', limit: 10, cursor: first.next as string });
      expect([...first.items, ...second.items].map(({ id, answer, attempts }) => ({ id, answer, attempts }))).toEqual(
        claimed.map(({ id }) => ({ id, answer: `no ${id}`, attempts: 1 })),
      );
      expect(second.next).toBeUndefined();
      const { items } = await queue.list({ state: 'pending', limit: 10 });
      expect(items).toMatchObject([{ id: stored[2]?.deliveries[0]?.id, dueAt: 1_000, state: 'pending' }]);
    });

    it('refuses everything after it was closed, and may be closed twice', async () => {
      const queue = fresh();
      await queue.enqueue(message());
      await queue.close();
      await queue.close();
      await expect(queue.enqueue(message())).rejects.toMatchObject({ code: 'queue_unavailable' });
      await expect(claim(queue)).rejects.toMatchObject({ code: 'queue_unavailable' });
    });
  });
}
