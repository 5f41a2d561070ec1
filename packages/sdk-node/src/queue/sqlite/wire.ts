import type { ClaimRequest, ListRequest, QueueCounts } from '../queue.js';

/**
 * What travels between the main thread and the worker. Rows travel as JSON text: one string is cheap to clone, and the
 * worker hands it to SQLite's `json_each` as it is, without parsing it.
 */
export type WireOp =
  | WireEnqueue
  | { readonly op: 'claim'; readonly request: ClaimRequest }
  /** JSON array of `[seq, id, fence, outcome, at, step, answer]`; when all are delivered, of the first three. */
  | { readonly op: 'settle'; readonly rows: string; readonly count: number; readonly onlyDelivered: boolean }
  /** JSON array of `[seq, id, fence]`. */
  | { readonly op: 'extend'; readonly rows: string; readonly count: number; readonly until: number }
  | { readonly op: 'kept'; readonly event: string; readonly transactionId: string }
  | { readonly op: 'nextDue'; readonly destinations: string }
  | { readonly op: 'counts'; readonly destinations: string }
  | { readonly op: 'list'; readonly request: ListRequest }
  /** `ids`: JSON array of dead deliveries. */
  | { readonly op: 'replay'; readonly ids: string; readonly now: number }
  | { readonly op: 'discard'; readonly ids: string }
  | { readonly op: 'open' }
  | { readonly op: 'close' };

export interface WireEnqueue {
  readonly op: 'enqueue';
  /** JSON array of {@link MessageRow}; when `uniform` is given, of their transaction ids. */
  readonly messages: string;
  /** What all messages share. */
  readonly uniform?: Uniform;
  /** JSON array of {@link DeliveryRow}, in the order of their messages. */
  readonly deliveries: string;
  readonly count: number;
  /** Every message is a `created` one that goes somewhere, and none of its deliveries is dead: they go in as one statement. */
  readonly plain: boolean;
  /** Set when the deliveries are to be kept as one pack. */
  readonly pack?: SliceOfBatch;
}

export interface Uniform {
  readonly event: string;
  readonly createdAt: number;
  /** Destination names as JSON. */
  readonly kept: string;
  /** One after the other, all equally long. */
  readonly ids: string;
  /** How many deliveries each message has. */
  readonly each: number;
}

export interface SliceOfBatch {
  readonly createdAt: number;
  /** Name and rows of each destination: bit n is the nth delivery. */
  readonly slices: readonly (readonly [destination: string, mask: number])[];
}

/** JSON array of {@link DeliveryRow}, number of its first, which of its rows, attempt and fence of those. */
export type PackClaim = readonly [rows: string, seq: number, mask: number, attempt: number, fence: number];

/**
 * id, event, transaction id, created at, destination names as JSON, index of its first delivery, 1 when `created`, how many
 * numbers it takes.
 */
export type MessageRow = readonly [string, string, string, number, string, number, 0 | 1, number];
/** id, destination, event, transaction id, created at, body; why it is dead already, when it is. */
export type DeliveryRow = readonly [string, string, string, string, number, string, string?];
/** seq, id, event, transaction id, body, attempt, step, created at, fence. */
export type ClaimRow = readonly [number, string, string, string, string, number, number, number, number];
/** seq, id, destination, event, transaction id, body, created at, due at, attempts, answer, state. */
export type ListRow = readonly [
  number,
  string,
  string,
  string,
  string,
  string,
  number,
  number | null,
  number,
  string | null,
  number,
];
/** id, created at, destination names as JSON: the message that stands. */
export type FirstRow = readonly [string, number, string];

export interface WireResults {
  /** `null` when all were stored; else per message `null`, the message that stands, or what went wrong with it. */
  readonly enqueue: readonly (FirstRow | WireFailure | null)[] | null;
  /** `rows`: JSON array of {@link ClaimRow}. */
  readonly claim: { readonly rows: string; readonly packs: readonly PackClaim[] };
  /** `null` when all applied. */
  readonly settle: readonly boolean[] | null;
  readonly extend: readonly boolean[] | null;
  readonly kept: string | null;
  readonly nextDue: number | null;
  readonly counts: QueueCounts;
  /** JSON array of {@link ListRow}. */
  readonly list: string;
  /** How many. */
  readonly replay: number;
  readonly discard: number;
  readonly open: null;
  readonly close: null;
}

export interface WireFailure {
  readonly failed: string;
  /** SQLite's code, e.g. `SQLITE_FULL`. */
  readonly code?: string;
}

export interface WireBatch {
  readonly n: number;
  readonly ops: readonly WireOp[];
}

export interface WireReply {
  readonly n: number;
  readonly results: readonly (WireResults[keyof WireResults] | WireFailure)[];
}

export function isFailure(result: unknown): result is WireFailure {
  return typeof result === 'object' && result !== null && 'failed' in result;
}
