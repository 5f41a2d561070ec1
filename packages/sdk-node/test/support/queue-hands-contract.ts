import { afterEach, describe, expect, it } from '@jest/globals';
import type { Claim, ClaimedDelivery, NewMessage, Queue, Settlement } from '../../src/queue/queue.js';
import { message } from './messages.js';

/** What every queue must do for the hands on it: dead letters, and the question what is not confirmed. */
export function queueHandsContract(name: string, make: () => Queue): void {
  describe(`${name} in somebody's hands`, () => {
    const open: Queue[] = [];
    const fresh = () => {
      const queue = make();
      open.push(queue);
      return queue;
    };
    afterEach(async () => {
      for (const queue of open.splice(0)) await queue.close();
    });

    const claim = (queue: Queue, now = 2_000, destination = 'house') =>
      queue.claim({ destination, limit: 10, leaseMs: 1_000, now });
    const of = ({ seq, id, fence }: Claim) => ({ seq, id, fence });
    const dead = (held: Claim, answer = 'no'): Settlement => ({ ...of(held), outcome: 'dead', answer });
    const delivered = (held: Claim): Settlement => ({ ...of(held), outcome: 'delivered' });
    const idOf = ({ deliveries }: NewMessage) => deliveries[0]?.id as string;
    const born = (given: Partial<NewMessage>, body = ''): NewMessage => {
      const whole = message(given);
      return { ...whole, deliveries: whole.deliveries.map((one) => ({ ...one, body, dead: 'no click id' })) };
    };
    /** Stores it and lets every delivery of it die. */
    const killed = async (queue: Queue, given: Partial<NewMessage> & { to?: readonly string[] } = {}) => {
      const stored = message(given);
      await queue.enqueue(stored);
      for (const { destination } of stored.deliveries) {
        await queue.settle((await claim(queue, 2_000, destination)).map((held) => dead(held)));
      }
      return stored;
    };

    it('puts a dead delivery back with its id and body, the schedule ahead and the attempts counted on', async () => {
      const queue = fresh();
      const stored = message();
      await queue.enqueue(stored);
      const [first] = (await claim(queue)) as [ClaimedDelivery];
      await queue.settle([{ ...of(first), outcome: 'retry', at: 2_000, step: 1, answer: '503' }]);
      await queue.settle((await claim(queue)).map((held) => dead(held)));
      expect(await queue.replay([idOf(stored)], 5_000)).toBe(1);
      expect(await claim(queue, 4_999)).toEqual([]);
      expect(await queue.nextDue(['house'])).toBe(5_000);
      const { body } = stored.deliveries[0] ?? {};
      expect(await claim(queue, 5_000)).toMatchObject([{ id: idOf(stored), body, attempt: 3, step: 0 }]);
    });

    it('refuses the late settlement of a claim from before the replay', async () => {
      const queue = fresh();
      const stored = message();
      await queue.enqueue(stored);
      const [late] = (await claim(queue, 2_000)) as [ClaimedDelivery];
      await queue.settle((await claim(queue, 9_000)).map((held) => dead(held)));
      await queue.replay([idOf(stored)], 9_000);
      expect(await queue.settle([delivered(late)])).toEqual([false]);
      const [current] = (await claim(queue, 9_000)) as [ClaimedDelivery];
      expect(await queue.settle([delivered(late), delivered(current)])).toEqual([false, true]);
    });

    it('replays and discards only what is dead, each once, and says how many', async () => {
      const queue = fresh();
      const gone = [await killed(queue), await killed(queue)];
      const waiting = message();
      await queue.enqueue(waiting);
      const ids = [...gone, waiting].map(idOf);
      expect(await queue.replay([...ids, 'unknown', ...ids], 3_000)).toBe(2);
      expect(await queue.replay(ids, 3_000)).toBe(0);
      expect(await queue.discard(ids)).toBe(0);
      expect(await queue.counts(['house'])).toEqual({ pending: 3, inFlight: 0, dead: 0 });
      await queue.settle((await claim(queue, 3_000)).map((held) => dead(held)));
      expect(await queue.discard([...ids.slice(0, 2), 'unknown', ...ids])).toBe(3);
      expect(await queue.discard([])).toBe(0);
      expect(await queue.counts(['house'])).toEqual({ pending: 0, inFlight: 0, dead: 0 });
    });

    it('lets the refund go once its dead purchase was replayed and delivered, or discarded', async () => {
      const queue = fresh();
      for (const transactionId of ['replayed', 'discarded']) {
        const purchase = await killed(queue, { transactionId });
        const refund = message({ transactionId, kind: 'updated' });
        await queue.enqueue(refund);
        expect(await claim(queue, 9_000)).toEqual([]);
        if (transactionId === 'replayed') {
          await queue.replay([idOf(purchase)], 9_000);
          const [again] = (await claim(queue, 9_000)) as [ClaimedDelivery];
          expect(again.id).toBe(idOf(purchase));
          await queue.settle([delivered(again)]);
        } else {
          await queue.discard([idOf(purchase)]);
        }
        const next = await claim(queue, 9_000);
        expect(next).toMatchObject([{ id: idOf(refund) }]);
        await queue.settle(next.map(delivered));
      }
    });

    it('still knows the identity of what was discarded', async () => {
      const queue = fresh();
      const stored = await killed(queue);
      await queue.discard([idOf(stored)]);
      const again = message({ transactionId: stored.transactionId });
      expect(await queue.enqueue(again)).toMatchObject({ stored: false, first: { id: stored.id } });
    });

    it('stores what can never be sent as a dead letter at once, beside what can', async () => {
      const queue = fresh();
      const both = message({ to: ['house', 'other'] });
      const [house, other] = both.deliveries as [NewMessage['deliveries'][number], NewMessage['deliveries'][number]];
      const mixed = { ...both, deliveries: [house, { ...other, body: '', dead: 'no click id' }] };
      expect(await queue.enqueue(mixed)).toEqual({ stored: true });
      expect(await queue.enqueue(message({ transactionId: both.transactionId }))).toMatchObject({
        first: { id: both.id, destinations: ['house', 'other'] },
      });
      expect(await claim(queue, 9_000, 'other')).toEqual([]);
      expect(await claim(queue)).toMatchObject([{ id: house.id }]);
      const { items } = await queue.list({ state: 'dead', limit: 10 });
      expect(items).toMatchObject([
        { id: other.id, destination: 'other', answer: 'no click id', attempts: 0, body: '' },
      ]);
      expect(items[0]).not.toHaveProperty('dueAt');
      expect(await queue.replay([other.id], 3_000)).toBe(0);
      expect(await queue.counts(['other'])).toEqual({ pending: 0, inFlight: 0, dead: 1 });
      expect(await queue.discard([other.id])).toBe(1);
    });

    it('replays what was dead from the start when it has a body', async () => {
      const queue = fresh();
      const stored = born({}, '{}');
      await queue.enqueue(stored);
      expect(await queue.replay([idOf(stored)], 3_000)).toBe(1);
      expect(await claim(queue, 3_000)).toMatchObject([{ id: idOf(stored), body: '{}', attempt: 1 }]);
    });

    it('does not wait for an update that could never be sent', async () => {
      const queue = fresh();
      const transactionId = 'chain';
      const purchase = message({ transactionId });
      const unsendable = born({ transactionId, kind: 'updated' });
      const refund = message({ transactionId, kind: 'updated' });
      for (const one of [purchase, unsendable, refund]) await queue.enqueue(one);
      const first = await claim(queue);
      expect(first).toMatchObject([{ id: idOf(purchase) }]);
      await queue.settle(first.map(delivered));
      const next = await claim(queue, 9_000);
      expect(next).toMatchObject([{ id: idOf(refund) }]);
      await queue.settle(next.map(delivered));
      expect(await queue.discard([idOf(unsendable)])).toBe(1);
      expect(await queue.list({ limit: 10 })).toEqual({ items: [] });
    });

    it('waits for a conversion that could never be sent', async () => {
      const queue = fresh();
      const transactionId = 'chain';
      const unsendable = born({ transactionId });
      const refund = message({ transactionId, kind: 'updated' });
      for (const one of [unsendable, refund]) await queue.enqueue(one);
      expect(await claim(queue, 9_000)).toEqual([]);
      expect(await queue.discard([idOf(unsendable)])).toBe(1);
      expect(await claim(queue, 9_000)).toMatchObject([{ id: idOf(refund) }]);
    });

    it('keeps an answer that holds what no text may hold', async () => {
      const queue = fresh();
      const answer = 'a\0b\ud800c';
      const [retried, died, unsendable] = [message(), message(), born({})];
      const odd = { ...unsendable, deliveries: unsendable.deliveries.map((one) => ({ ...one, dead: answer })) };
      for (const one of [retried, died, odd]) await queue.enqueue(one);
      const [first, second] = (await claim(queue)) as [ClaimedDelivery, ClaimedDelivery];
      const retry: Settlement = { ...of(first), outcome: 'retry', at: 5_000, step: 1, answer };
      expect(await queue.settle([retry, dead(second, answer)])).toEqual([true, true]);
      const { items } = await queue.list({ limit: 10 });
      expect(items.map((one) => one.answer)).toEqual(['ab\uFFFDc', 'ab\uFFFDc', 'ab\uFFFDc']);
    });

    it('keeps the order around one that died in the middle', async () => {
      const queue = fresh();
      const transactionId = 'chain';
      const purchase = message({ transactionId });
      const middle = message({ transactionId, kind: 'updated' });
      const refund = message({ transactionId, kind: 'updated' });
      for (const one of [purchase, middle, refund]) await queue.enqueue(one);
      const first = await claim(queue);
      expect(first).toMatchObject([{ id: idOf(purchase) }]);
      await queue.settle(first.map(delivered));
      await queue.settle((await claim(queue)).map((held) => dead(held)));
      // The dead one is next: it is never claimed, and what follows it waits.
      expect(await claim(queue, 9_000)).toEqual([]);
      expect(await queue.discard([idOf(middle)])).toBe(1);
      expect(await claim(queue, 9_000)).toMatchObject([{ id: idOf(refund) }]);
    });

    it('makes what follows a discarded one wait for what that one waited for', async () => {
      const queue = fresh();
      const transactionId = 'chain';
      const purchase = message({ transactionId });
      const middle = born({ transactionId, kind: 'updated' }, '{}');
      const refund = message({ transactionId, kind: 'updated' });
      for (const one of [purchase, middle, refund]) await queue.enqueue(one);
      await queue.discard([idOf(middle)]);
      const first = await claim(queue);
      expect(first).toMatchObject([{ id: idOf(purchase) }]);
      expect(await claim(queue)).toEqual([]);
      await queue.settle(first.map(delivered));
      expect(await claim(queue)).toMatchObject([{ id: idOf(refund) }]);
    });

    it('leaves one that waits for its retry alone when what follows it is discarded', async () => {
      const queue = fresh();
      const transactionId = 'chain';
      const purchase = message({ transactionId });
      const update = born({ transactionId, kind: 'updated' }, '{}');
      for (const one of [purchase, update]) await queue.enqueue(one);
      const [held] = (await claim(queue)) as [ClaimedDelivery];
      await queue.settle([{ ...of(held), outcome: 'retry', at: 50_000, step: 1, answer: '503' }]);
      expect(await queue.discard([idOf(update)])).toBe(1);
      expect(await claim(queue, 49_999)).toEqual([]);
      expect(await claim(queue, 50_000)).toMatchObject([{ id: idOf(purchase), step: 1 }]);
    });

    it('makes a replayed one wait for what is still before it', async () => {
      const queue = fresh();
      const transactionId = 'chain';
      const purchase = message({ transactionId });
      const update = born({ transactionId, kind: 'updated' }, '{}');
      for (const one of [purchase, update]) await queue.enqueue(one);
      expect(await queue.replay([idOf(update)], 2_000)).toBe(1);
      const first = await claim(queue, 9_000);
      expect(first).toMatchObject([{ id: idOf(purchase) }]);
      await queue.settle(first.map(delivered));
      expect(await claim(queue, 9_000)).toMatchObject([{ id: idOf(update) }]);
    });

    it('tells everything undelivered since a time, page by page, whatever its state', async () => {
      const queue = fresh();
      const old = message({ createdAt: 999 });
      const confirmed = message();
      await queue.enqueue(old);
      await queue.enqueue(confirmed);
      await queue.settle((await claim(queue)).filter(({ id }) => id === idOf(confirmed)).map(delivered));
      const lost = await killed(queue);
      const held = message();
      await queue.enqueue(held);
      await claim(queue);
      const waiting = message();
      await queue.enqueue(waiting);
      const first = await queue.list({ since: 1_000, limit: 2 });
      const second = await queue.list({ since: 1_000, limit: 2, cursor: first.next as string });
      const items = [...first.items, ...second.items];
      expect(items.map(({ id, state }) => [id, state])).toEqual([
        [idOf(lost), 'dead'],
        [idOf(held), 'inFlight'],
        [idOf(waiting), 'pending'],
      ]);
      expect(second.next).toBeUndefined();
    });

    it('lists the dead of one destination when asked to', async () => {
      const queue = fresh();
      await killed(queue, { to: ['house', 'other'] });
      const { items } = await queue.list({ state: 'dead', destination: 'other', limit: 10 });
      expect(items.map(({ destination }) => destination)).toEqual(['other']);
    });
  });
}
