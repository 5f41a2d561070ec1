import type { EntityManager } from 'typeorm';
import type { EnqueueResult, NewMessage, Queue } from '../queue.js';

type Shared = 'claim' | 'settle' | 'extend' | 'nextDue' | 'counts' | 'list' | 'replay' | 'discard';

/** What a dialect implements; failures are the driver's own. */
export interface QueueStore extends Pick<Queue, Shared> {
  enqueue(message: NewMessage): Promise<EnqueueResult>;
  /** Inside the transaction that `manager` has open. */
  enqueueIn(manager: EntityManager, message: NewMessage): Promise<EnqueueResult>;
  /** What is kept with an identity, see `keptText`; `null` when there is none. */
  kept(event: string, transactionId: string): Promise<string | null>;
  /** The same inside the transaction that `manager` has open. */
  keptIn(manager: EntityManager, event: string, transactionId: string): Promise<string | null>;
}
