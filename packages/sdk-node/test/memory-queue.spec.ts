import { describe, expect, it } from '@jest/globals';
import { memoryQueue } from '../src/memory.js';
import { message } from './support/messages.js';
import { queueContract } from './support/queue-contract.js';
import { queueHandsContract } from './support/queue-hands-contract.js';
import { queueRecallContract } from './support/queue-recall-contract.js';

queueContract('memoryQueue', () => memoryQueue());
queueHandsContract('memoryQueue', () => memoryQueue());
queueRecallContract('memoryQueue', () => memoryQueue());

describe('memoryQueue', () => {
  it('forgets the oldest identity beyond the number it is told to remember', async () => {
    const queue = memoryQueue({ remember: 2 });
    for (const transactionId of ['A', 'B', 'C']) await queue.enqueue(message({ transactionId }));
    expect(await queue.enqueue(message({ transactionId: 'C' }))).toMatchObject({ stored: false });
    expect(await queue.enqueue(message({ transactionId: 'A' }))).toEqual({ stored: true });
  });
});
