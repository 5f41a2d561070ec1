import type { Destination } from '../destinations/destination.js';
import type { Logger } from '../logger.js';
import type { Queue } from '../queue/queue.js';
import type { TypedEmitter } from '../typed-emitter.js';
import type { DeliveryEvents } from './events.js';
import type { RetryPolicy } from './retry-policy.js';
import type { SettlementBatcher } from './settlement-batcher.js';

/** What all lanes share. */
export interface DeliveryContext {
  readonly queue: Queue;
  readonly batcher: SettlementBatcher;
  readonly policy: RetryPolicy;
  readonly emitter: TypedEmitter<DeliveryEvents>;
  readonly logger: Logger;
  readonly attemptTimeoutMs: number;
  readonly leaseMs: number;
  readonly now: () => number;
}

/** What one lane works with. */
export interface LaneContext extends DeliveryContext {
  /** The destination's name. */
  readonly name: string;
  readonly destination: Destination;
  /** A destination confirmed a delivery. */
  readonly onDelivered: () => void;
}
