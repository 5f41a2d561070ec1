/** Proof that a conversion is stored and will be delivered. */
export interface Receipt {
  /** The message's id (ULID); every delivery has one of its own. */
  readonly id: string;
  readonly event: string;
  readonly transactionId: string;
  /** RFC 3339, UTC. */
  readonly acceptedAt: string;
  /** Names of the destinations it goes to. */
  readonly destinations: readonly string[];
  /** An earlier call had stored it: this is that call's receipt. */
  readonly deduplicated: boolean;
}

/** What became of the deliveries to this instance's destinations. */
export interface DeliveryReport {
  /** Confirmed since this instance was constructed. */
  readonly delivered: number;
  /** Waiting or in flight, in the queue: safe when the queue is durable. */
  readonly pending: number;
  /** Given up, kept in the queue. */
  readonly dead: number;
}
