import type { Recall } from '../recall.js';

/** One message for one destination, its bytes frozen: every attempt sends exactly this body under this id. */
export interface NewDelivery {
  /** The `webhook-id`, stable across retries: the destination's idempotency key. */
  readonly id: string;
  /** Name of the destination as configured. */
  readonly destination: string;
  /** The frozen body; empty when there is none because it could not be made. */
  readonly body: string;
  /**
   * Why it can never be sent: it is stored as a dead letter at once, and this is its answer. Later messages wait for it when
   * it is the conversion itself, not when it is an update: nothing of that one is missing where it could not be told.
   */
  readonly dead?: string;
}

/** What `convert()` and `update()` store: the message and one delivery per destination, all or nothing. */
export interface NewMessage {
  readonly id: string;
  /** `created` is stored once per (event, transaction id); every `updated` is a delivery of its own. */
  readonly kind: 'created' | 'updated';
  readonly event: string;
  readonly transactionId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly deliveries: readonly NewDelivery[];
  /** Of a `created` one: what its updates may need and do not say, kept with its identity. */
  readonly recall?: Recall;
}

/** The message that holds an identity already. */
export interface FirstMessage {
  readonly id: string;
  readonly createdAt: number;
  readonly destinations: readonly string[];
}

export type EnqueueResult =
  /** `joined`: together with a transaction of the caller's, whose commit {@link Queue.watch} announces. */
  { readonly stored: true; readonly joined?: true } | { readonly stored: false; readonly first: FirstMessage };

/** What proves the right to settle a delivery: a later claim of the same row carries a higher fence. */
export interface Claim {
  /** The queue's own number of the row, ascending in the order of acceptance. */
  readonly seq: number;
  readonly id: string;
  readonly fence: number;
}

export interface ClaimedDelivery extends Claim {
  readonly destination: string;
  readonly event: string;
  readonly transactionId: string;
  readonly body: string;
  /** 1 for the first; counted when the delivery is claimed, so a killed process has counted it too. */
  readonly attempt: number;
  /** How many steps of the retry schedule are used up. */
  readonly step: number;
  readonly createdAt: number;
}

export interface ClaimRequest {
  readonly destination: string;
  readonly limit: number;
  /** How long the claimed rows stay ours without a word, in milliseconds. */
  readonly leaseMs: number;
  readonly now: number;
}

/** How an attempt ended. `answer` is what the destination said, shortened and redacted; stored as `storableText`. */
export type Settlement = Claim &
  (
    | { readonly outcome: 'delivered' }
    | { readonly outcome: 'retry'; readonly at: number; readonly step: number; readonly answer: string }
    | { readonly outcome: 'dead'; readonly answer: string }
    /** Handed back unsent; the attempt is not counted. */
    | { readonly outcome: 'release' }
  );

export interface QueueCounts {
  /** Waiting: due, scheduled for later, or behind an earlier message of the same transaction. */
  readonly pending: number;
  /** Claimed by some process and not settled yet. */
  readonly inFlight: number;
  /** Given up; kept until someone replays or discards them. */
  readonly dead: number;
}

export type DeliveryState = 'pending' | 'inFlight' | 'dead';

export interface ListRequest {
  /** Default: every state, so everything that is not delivered. */
  readonly state?: DeliveryState;
  /** Only of this destination. */
  readonly destination?: string;
  /** Only what was accepted at or after this time, in milliseconds since the epoch. */
  readonly since?: number;
  /** At most this many items. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface QueuedDelivery {
  readonly id: string;
  readonly destination: string;
  readonly event: string;
  readonly transactionId: string;
  readonly state: DeliveryState;
  readonly body: string;
  readonly createdAt: number;
  readonly attempts: number;
  /** When it is tried next (or its lease ends); absent when it waits for an earlier message or is dead. */
  readonly dueAt?: number;
  /** The last answer, when there was one. */
  readonly answer?: string;
}

export interface ListPage {
  readonly items: readonly QueuedDelivery[];
  readonly next?: string;
}

/**
 * Where deliveries wait. Every implementation passes the same contract suite.
 *
 * All methods reject with `QueueUnavailableError` when the storage cannot be used, and open it by themselves. A delivery
 * that follows another of the same (destination, event, transaction id) is not claimed before that one is delivered: not
 * while it is retried, and not when it is dead, so a refund never arrives before its purchase. An update that was dead when
 * it was accepted is the exception: nothing waits for it.
 */
export interface Queue {
  /** `enqueue` takes a transaction of the caller's. */
  readonly joinsTransactions?: true;
  /** Makes the storage ready; harmless when it is. */
  open(): Promise<void>;
  /**
   * Resolves once the message is durable (for a durable queue: on the disk, not only in a buffer).
   *
   * @param transaction where {@link joinsTransactions} is set: the message is stored with it or not at all
   */
  enqueue(message: NewMessage, transaction?: unknown): Promise<EnqueueResult>;
  /**
   * What {@link NewMessage.recall} said of the conversion; `undefined` when none is known, or it said nothing.
   *
   * @param transaction where {@link joinsTransactions} is set: a conversion stored in it is known, too
   */
  recall(event: string, transactionId: string, transaction?: unknown): Promise<Recall | undefined>;
  /** `wake` is called when something can be claimed that {@link enqueue} could not announce: a transaction was committed. */
  watch?(wake: () => void): void;
  /**
   * Takes due deliveries, and those whose lease ran out because the process that held them died. Sets the lease, counts
   * the attempt and raises the fence in one transaction.
   */
  claim(request: ClaimRequest): Promise<ClaimedDelivery[]>;
  /** Applies each settlement whose fence still holds; `false` where another claim has taken over. In the given order. */
  settle(settlements: readonly Settlement[]): Promise<boolean[]>;
  /** Moves the end of leases to `until` (milliseconds since the epoch); `false` where another claim has taken over. */
  extend(claims: readonly Claim[], until: number): Promise<boolean[]>;
  /**
   * The earliest time at which one of these destinations has something to claim; `undefined` when nothing waits. Never too
   * late; too early where a store finds out only by a claim that a delivery waits for another.
   */
  nextDue(destinations: readonly string[]): Promise<number | undefined>;
  counts(destinations: readonly string[]): Promise<QueueCounts>;
  /** In the order of acceptance. */
  list(request: ListRequest): Promise<ListPage>;
  /**
   * Puts dead deliveries back: due at `now`, with the whole schedule ahead. Each keeps its id, its count of attempts and
   * its place before later messages of its transaction. Those without a body stay dead.
   *
   * @returns how many were put back
   */
  replay(ids: readonly string[], now: number): Promise<number>;
  /**
   * Deletes dead deliveries for good. What waited behind one of them may go now, or waits for what it had waited for.
   *
   * @returns how many were deleted
   */
  discard(ids: readonly string[]): Promise<number>;
  /** Releases the storage; later calls reject. Harmless when repeated. */
  close(): Promise<void>;
}
