import { describe, expect, it } from '@jest/globals';
import { message } from '../../test/support/messages.js';
import { memoryQueue } from '../memory.js';
import type { Claim, Settlement } from '../queue/queue.js';
import { SettlementBatcher } from './settlement-batcher.js';

const delivered = ({ seq, id, fence }: Claim): Settlement => ({ seq, id, fence, outcome: 'delivered' });

/** A batcher on a queue that holds so many claimed deliveries, and the sizes of the batches that reached the queue. */
async function batcherWith(count: number) {
  const queue = memoryQueue();
  for (let made = 0; made < count; made += 1) await queue.enqueue(message());
  const claims = await queue.claim({ destination: 'house', limit: count, leaseMs: 1_000, now: 2_000 });
  const sizes: number[] = [];
  const settle = queue.settle.bind(queue);
  const counting = (settlements: readonly Settlement[]) => {
    sizes.push(settlements.length);
    return settle(settlements);
  };
  const batcher = new SettlementBatcher(Object.assign(queue, { settle: counting }));
  const one = (settlement: Settlement) =>
    new Promise<[applied: boolean, error: unknown]>((resolve) => {
      batcher.settle(settlement, (applied, error) => resolve([applied, error]));
    });
  return { queue, claims: claims as Claim[] as [Claim, Claim, Claim, Claim], sizes, one };
}

describe('settling in batches', () => {
  it('writes the first at once, and together what comes while it is written or shortly after', async () => {
    const { claims, sizes, one } = await batcherWith(4);
    const first = one(delivered(claims[0]));
    const second = one(delivered(claims[1]));
    expect(await first).toEqual([true, undefined]);
    const third = one({ ...delivered(claims[2]), fence: 9 });
    expect(await Promise.all([second, third, one(delivered(claims[3]))])).toEqual([
      [true, undefined],
      [false, undefined],
      [true, undefined],
    ]);
    expect(sizes).toEqual([1, 3]);
  });

  it('tells everyone of a batch that could not be written, and goes on', async () => {
    const { queue, claims, one } = await batcherWith(2);
    await queue.close();
    const results = await Promise.all(claims.map((claim) => one(delivered(claim))));
    for (const [applied, error] of results) {
      expect(applied).toBe(false);
      expect(error).toMatchObject({ code: 'queue_unavailable' });
    }
  });
});
