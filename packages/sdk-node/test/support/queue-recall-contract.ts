import { afterEach, describe, expect, it } from '@jest/globals';
import type { NewMessage, Queue } from '../../src/queue/queue.js';
import { message } from './messages.js';

/** What every queue must remember of a conversion for its updates. */
export function queueRecallContract(name: string, make: () => Queue): void {
  describe(`${name} as a memory`, () => {
    const open: Queue[] = [];
    const fresh = () => {
      const queue = make();
      open.push(queue);
      return queue;
    };
    afterEach(async () => {
      for (const queue of open.splice(0)) await queue.close();
    });

    const stored = async (queue: Queue, one: NewMessage): Promise<NewMessage> => {
      await queue.enqueue(one);
      return one;
    };

    it('remembers what updates of a conversion may need, also after its delivery', async () => {
      const queue = fresh();
      const recall = { clickId: '01j00000000000000000000000', 'metadata.kid "Ü"': '\\ 1' };
      const { event, transactionId } = await stored(queue, message({ to: ['house', 'other'], recall }));
      expect(await queue.recall(event, transactionId)).toEqual(recall);
      for (const destination of ['house', 'other']) {
        const claimed = await queue.claim({ destination, limit: 10, leaseMs: 1_000, now: 2_000 });
        await queue.settle(claimed.map(({ seq, id, fence }) => ({ seq, id, fence, outcome: 'delivered' })));
      }
      expect(await queue.counts(['house', 'other'])).toEqual({ pending: 0, inFlight: 0, dead: 0 });
      await queue.enqueue(message({ kind: 'updated', transactionId }));
      expect(await queue.recall(event, transactionId)).toEqual(recall);
      expect(await queue.enqueue(message({ transactionId }))).toMatchObject({
        first: { destinations: ['house', 'other'] },
      });
      expect(await queue.recall('lead', transactionId)).toBeUndefined();
    });

    it('tells a conversion that had nothing to remember from one that it does not know', async () => {
      const queue = fresh();
      const { event, transactionId } = await stored(queue, message({ recall: {} }));
      const unsaid = await stored(queue, message());
      const ahead = await stored(queue, message({ kind: 'updated' }));
      expect(await queue.recall(event, transactionId)).toEqual({});
      expect(await queue.recall(event, unsaid.transactionId)).toBeUndefined();
      expect(await queue.recall(event, ahead.transactionId)).toBeUndefined();
      expect(await queue.recall(event, 'unknown')).toBeUndefined();
    });
  });
}
