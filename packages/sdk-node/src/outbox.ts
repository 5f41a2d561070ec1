// For programs that bring their own rows to deliver, such as a tracker that tells partners: the machinery behind
// `Tallyback`, without conversions.
export { DeliveryEngine, type DeliveryEngineOptions, type Settled } from './delivery/delivery-engine.js';
export { isPublicAddress, literalAddress } from './delivery/public-address.js';
export { type SentOnce, sendOnce } from './delivery/send-once.js';
export type { Answer, Attempt, Destination, OutgoingRequest, Verdict } from './destinations/destination.js';
export { retryAfterMs } from './destinations/retry-after.js';
export { LogSync } from './queue/log-sync.js';
export { makeFolder } from './queue/sqlite/make-folder.js';
export { createOutbox, type Outbox, type OutboxDelivery, outboxSchema } from './queue/typeorm/outbox.js';
export { USER_AGENT } from './version.js';
