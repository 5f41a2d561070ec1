import type { EntityManager } from 'typeorm';
import type { EnqueueResult, NewMessage, Queue } from '../queue.js';

/** What a dialect implements; failures are the driver's own. */
export interface QueueStore extends Pick<Queue, 'claim' | 'settle' | 'extend' | 'nextDue' | 'counts' | 'list'> {
  enqueue(message: NewMessage): Promise<EnqueueResult>;
  /** Inside the transaction that `manager` has open. */
  enqueueIn(manager: EntityManager, message: NewMessage): Promise<EnqueueResult>;
}
