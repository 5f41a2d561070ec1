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

export interface DeliveredEvent extends DeliveryEvent {
  /** False where the destination says yes to everything, so that its yes proves only that it received. */
  readonly confirmed: boolean;
}

export interface RetryEvent extends DeliveryEvent {
  /** What stood in the way. */
  readonly why: string;
  readonly nextAttemptAt: Date;
}

/** `attempt` is 0 when it could not even be prepared. */
export interface DeadEvent extends DeliveryEvent {
  readonly why: string;
}

export interface BreakerEvent {
  readonly destination: string;
  /** `open`: nothing is sent for a while; `halfOpen`: one delivery probes; `closed`: all is well. */
  readonly state: 'open' | 'halfOpen' | 'closed';
  /** When the next probe may go; only with `open`. */
  readonly until?: Date;
}

export type DeliveryEvents = {
  /** The destination confirmed it. */
  delivered: DeliveredEvent;
  /** It will be tried again. */
  retry: RetryEvent;
  /** Given up; kept in the queue as a dead letter. */
  dead: DeadEvent;
  /** A destination fails every time, or works again. */
  breaker: BreakerEvent;
};
