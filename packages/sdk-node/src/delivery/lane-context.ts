import type { Answer, Destination } from '../destinations/destination.js';
import type { Logger } from '../logger.js';
import type { ClaimedDelivery, Queue } from '../queue/queue.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { TypedEmitter } from '../typed-emitter.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { DeliveryEvents } from './events.js';
import type { Redact } from './redact.js';
import type { RetryPolicy } from './retry-policy.js';
import type { SettlementBatcher } from './settlement-batcher.js';

/** What all lanes share. */
export interface DeliveryContext {
  readonly queue: Queue;
  readonly batcher: SettlementBatcher;
  readonly policy: RetryPolicy;
  readonly emitter: TypedEmitter<DeliveryEvents>;
  readonly logger: Logger;
  readonly redact: Redact;
  readonly telemetry: Telemetry;
  readonly attemptTimeoutMs: number;
  readonly leaseMs: number;
  readonly now: () => number;
  /** Whether timers look for what becomes due. */
  readonly background: boolean;
}

/** What happened since the start. */
export interface Tally {
  delivered: number;
  /** Attempts that will be repeated. */
  retry: number;
  dead: number;
}

/** What one lane works with. */
export interface LaneContext extends DeliveryContext {
  /** The destination's name. */
  readonly name: string;
  readonly destination: Destination;
  /** What became of an attempt, once it is written, with the answer when there was one. */
  readonly onSettled: (outcome: keyof Tally, delivery: ClaimedDelivery, answer?: Answer) => void;
  /** Shared by all lanes that lead to one place. Default: one of its own. */
  readonly breaker?: CircuitBreaker;
}
