export type { Conversion, ConversionStatus, ConversionUpdate, Fault, LineItem } from '@tallyback/protocol';
export type { DeadEvent, DeliveryEvent, DeliveryEvents, RetryEvent } from './delivery/events.js';
export { DEFAULT_RETRY_SCHEDULE } from './delivery/retry-policy.js';
export { ConfigurationError, InvalidConversionError, QueueUnavailableError } from './errors.js';
export type { Logger } from './logger.js';
export type { TallybackOptions } from './options.js';
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
export { type BoundOptions, Tallyback } from './tallyback.js';
export type { Listener } from './typed-emitter.js';
