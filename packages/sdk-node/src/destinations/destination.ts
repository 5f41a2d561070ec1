import type { ConversionMessage } from '@tallyback/protocol';

/** One delivery about to be tried. */
export interface Attempt {
  /** Stable across retries: the idempotency key. */
  readonly id: string;
  /** The frozen body. */
  readonly body: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  /** e.g. `https://track.example.com` */
  readonly origin: string;
  /** Path and query, as they go on the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** At most the first 64 KiB. */
  readonly body: string;
}

export type Verdict =
  | { readonly outcome: 'delivered' }
  /** `retryAfterMs`: the destination asked to wait this long; such a retry does not use up a step of the schedule. */
  | { readonly outcome: 'retry'; readonly why: string; readonly retryAfterMs?: number }
  | { readonly outcome: 'dead'; readonly why: string };

/** Where conversions go: how a frozen body becomes a request, and what an answer means. Holds no state of deliveries. */
export interface Destination {
  /** What it is, e.g. `tracker`; for logs. */
  readonly kind: string;
  /** How many requests run at once. Default 16. */
  readonly concurrency?: number;
  /** After this long (milliseconds since `convert()`) the destination takes the conversion no more. */
  readonly windowMs?: number;
  /** The body to freeze, made once when the conversion is accepted. Default: the message as JSON. */
  prepare?(message: ConversionMessage): string;
  toRequest(attempt: Attempt): OutgoingRequest;
  classify(answer: Answer, now: number): Verdict;
}
