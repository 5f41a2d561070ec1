/** A conversion or update that was stored. */
export interface Accepted {
  readonly type: 'conversion.created' | 'conversion.updated';
  readonly event: string;
  readonly transactionId: string;
  readonly id: string;
  readonly destinations: number;
  readonly deduplicated: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One attempt at a delivery, over. */
export interface Attempted {
  readonly id: string;
  readonly destination: string;
  /** What the destination is, e.g. `tracker`. */
  readonly kind: string;
  readonly event: string;
  readonly attempt: number;
  readonly outcome: 'delivered' | 'retry' | 'dead';
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** What stood in the way, redacted. */
  readonly why?: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Who watches: nobody, or OpenTelemetry. Never throws. */
export interface Telemetry {
  /** Whether anybody watches: what nobody sees need not be put together. */
  readonly active: boolean;
  accepted(accepted: Accepted): void;
  attempted(attempted: Attempted): void;
}
