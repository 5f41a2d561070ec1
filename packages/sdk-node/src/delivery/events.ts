/** What the listeners of a `Tallyback` are told about one delivery. */
export interface DeliveryEvent {
  /** The `webhook-id`. */
  readonly id: string;
  readonly destination: string;
  readonly event: string;
  readonly transactionId: string;
  /** 1 for the first. */
  readonly attempt: number;
}

export interface RetryEvent extends DeliveryEvent {
  /** What stood in the way. */
  readonly why: string;
  readonly nextAttemptAt: Date;
}

export interface DeadEvent extends DeliveryEvent {
  readonly why: string;
}

export type DeliveryEvents = {
  /** The destination confirmed it. */
  delivered: DeliveryEvent;
  /** It will be tried again. */
  retry: RetryEvent;
  /** Given up; kept in the queue as a dead letter. */
  dead: DeadEvent;
};
