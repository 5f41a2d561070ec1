import { describe, expect, it } from '@jest/globals';
import { message } from '../../test/support/messages.js';
import { memoryQueue } from '../memory.js';
import type { ClaimedDelivery } from '../queue/queue.js';
import type { LaneContext } from './lane-context.js';
import { SettlementBatcher } from './settlement-batcher.js';
import { Settling } from './settling.js';

describe('settling what a lane has delivered', () => {
  it('lets the lane go on when those who are told fail', async () => {
    const queue = memoryQueue();
    await queue.enqueue(message());
    const [claimed] = await queue.claim({ destination: 'house', limit: 1, leaseMs: 60_000, now: 2_000 });
    const { seq, id, fence } = claimed as ClaimedDelivery;
    const context = { batcher: new SettlementBatcher(queue), now: () => 2_000, leaseMs: 60_000 } as LaneContext;
    const errors: unknown[] = [];
    await new Promise<void>((done) => {
      const settling = new Settling(context, new AbortController().signal, done, (error) => errors.push(error));
      settling.settle({ seq, id, fence, outcome: 'delivered' }, () => {
        throw new RangeError('Invalid time value');
      });
    });
    expect(errors).toEqual([new RangeError('Invalid time value')]);
    expect(await queue.counts(['house'])).toEqual({ pending: 0, inFlight: 0, dead: 0 });
  });
});
