export type { Conversion, ConversionStatus, ConversionUpdate, Fault, LineItem } from '@tallyback/protocol';
export { parseClickId } from '@tallyback/protocol';
export type { ConversionInput, ConvertContext, TransactionManager } from './conversion-input.js';
export type {
  DeadLetter,
  DeadLetterPage,
  DeadLetterQuery,
  DeadLetterSelection,
  DeadLetters,
} from './dead-letters.js';
export type { BreakerState } from './delivery/circuit-breaker.js';
export type {
  BreakerEvent,
  DeadEvent,
  DeliveredEvent,
  DeliveryEvent,
  DeliveryEvents,
  RetryEvent,
} from './delivery/events.js';
export { DEFAULT_RETRY_SCHEDULE } from './delivery/retry-policy.js';
export { ConfigurationError, InvalidConversionError, QueueUnavailableError } from './errors.js';
export type { Logger } from './logger.js';
export type { TallybackOptions } from './options.js';
export type { Person } from './person.js';
export type {
  Claim,
  ClaimedDelivery,
  ClaimRequest,
  DeliveryState,
  EnqueueResult,
  FirstMessage,
  ListPage,
  ListRequest,
  NewDelivery,
  NewMessage,
  Queue,
  QueueCounts,
  QueuedDelivery,
  Settlement,
} from './queue/queue.js';
export type { DeliveryReport, Receipt } from './receipt.js';
export type { DestinationStats, Stats } from './stats.js';
export { type BoundOptions, Tallyback } from './tallyback.js';
export type { Listener } from './typed-emitter.js';
export type { Outstanding, Time, Unacknowledged, UnacknowledgedQuery } from './unacknowledged.js';
