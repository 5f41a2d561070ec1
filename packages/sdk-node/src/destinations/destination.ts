import type { ConversionMessage } from '@tallyback/protocol';
import type { Person } from '../person.js';
import type { Recall, RecallField } from '../recall.js';

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
  /** `confirmed`: false where the destination says yes to everything, so that its yes proves only that it received. */
  | { readonly outcome: 'delivered'; readonly confirmed?: boolean }
  /**
   * `retryAfterMs`: the destination asked to wait this long; such a retry does not use up a step of the schedule.
   * `atMost`: after so many attempts it is given up.
   */
  | { readonly outcome: 'retry'; readonly why: string; readonly retryAfterMs?: number; readonly atMost?: number }
  | { readonly outcome: 'dead'; readonly why: string };

/** What `convert()` was told beside the conversion. Only what is hashed of it may enter a frozen body. */
export interface PrepareContext {
  readonly person?: Person;
  /** Ids that ad platforms appended to the landing URL, by parameter name; none when the visitor refused consent. */
  readonly clickIds?: Readonly<Record<string, string>>;
  /**
   * For an update: what the queue remembers of the conversion, by field, as far as {@link Destination.recalls} asks for it.
   * Absent when it remembers none. `withFilter()` has put it into the message already.
   */
  readonly recalled?: Recall;
}

/** The body to freeze, or why there is none. */
export type Prepared =
  | string
  /** Not meant for this destination: nothing is stored for it. */
  | { readonly skip: string }
  /** Meant for it, but it can never be sent: becomes a dead letter at once, so that somebody sees it. */
  | { readonly dead: string };

/** When a destination is left in peace for a while, see `Destination.breaker`. */
export interface BreakerOptions {
  /** So many failed attempts in a row open it. Default 10. */
  readonly failures?: number;
  /** How long it stays open before one delivery probes the destination, in milliseconds. Default 5,000. */
  readonly openMs?: number;
  /** Each failed probe doubles the time, up to this long. Default 300,000 ms. */
  readonly maxOpenMs?: number;
}

/** What every destination can be told. */
export interface DestinationOptions {
  /** Only these events, e.g. `['purchase']`. Default: all. */
  readonly on?: readonly string[];
  /** Only messages for which this is true. What it throws makes a dead letter, and so does a promise: it must not be `async`. */
  readonly when?: (message: ConversionMessage) => boolean;
  /** Changes the message for this destination only. What it throws makes a dead letter, and so does a promise. */
  readonly map?: (message: ConversionMessage) => ConversionMessage;
  /** How many requests run at once. Default 16. */
  readonly concurrency?: number;
  /** Requests per second. Default: what the destination documents, else unlimited. */
  readonly ratePerSecond?: number;
  /** So many requests may leave at once after a pause, within {@link ratePerSecond}. Default: a tenth of a second's worth. */
  readonly burst?: number;
  /** After this long (milliseconds since `convert()`) it is given up. Default: what the destination documents. */
  readonly windowMs?: number;
  /** How long one attempt may take, in milliseconds. Default: `attemptTimeoutMs` of Tallyback. */
  readonly timeoutMs?: number;
  /** The circuit breaker: `false` for none. Default: on. */
  readonly breaker?: false | BreakerOptions;
}

/** Where conversions go: how a frozen body becomes a request, and what an answer means. Holds no state of deliveries. */
export interface Destination {
  /** What it is, e.g. `tracker`; for logs. */
  readonly kind: string;
  /** How many requests run at once. Default 16. */
  readonly concurrency?: number;
  /** Requests per second. Default: unlimited. */
  readonly ratePerSecond?: number;
  /** So many requests may leave at once after a pause. Default: a tenth of a second's worth, at least 1. */
  readonly burst?: number;
  /** After this long (milliseconds since `convert()`) the destination takes the conversion no more. */
  readonly windowMs?: number;
  /** How long one attempt may take, in milliseconds. Default: `attemptTimeoutMs` of Tallyback. */
  readonly timeoutMs?: number;
  /**
   * Attempts that fail one after the other (no answer, or one that asks for a retry) open the circuit: nothing is sent for a
   * while, then one delivery probes. What waits keeps its attempts and its schedule. Default: on.
   */
  readonly breaker?: false | BreakerOptions;
  /**
   * What updates of a conversion need and usually do not repeat: `clickId`, `metadata.NAME`. The queue remembers it with the
   * conversion's identity, and a destination made by `withFilter()` gets updates that have it.
   */
  readonly recalls?: readonly RecallField[];
  /** Values that are blanked out of logs and kept answers. */
  readonly secrets?: readonly string[];
  /** `public`: private and loopback addresses are refused, for URLs that come from data. Default `any`. */
  readonly addressPolicy?: 'any' | 'public';
  /**
   * The body to freeze, made once when the conversion is accepted. Default: the message as JSON. It must give its result at
   * once: `convert()` waits for nothing but the disk, so a promise makes a dead letter, as does what it throws.
   */
  prepare?(message: ConversionMessage, context: PrepareContext): Prepared;
  /** Adds what must not be stored: addresses, tokens, signatures. What it throws is retried. */
  toRequest(attempt: Attempt): OutgoingRequest | Promise<OutgoingRequest>;
  classify(answer: Answer, now: number): Verdict;
}
