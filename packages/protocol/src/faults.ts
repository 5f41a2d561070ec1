/** Why a part of a message was refused; these are reasons of the closed list, too. */
export type FaultReason = 'malformed_request' | 'unknown_field' | 'missing_field' | 'invalid_field';

/** One thing wrong with a message. Never holds the faulty value: it may be personal data. */
export interface Fault {
  readonly reason: FaultReason;
  /** Path with dots and `[index]`, e.g. `data.items[0].unitPrice`; empty for the message as a whole. */
  readonly field: string;
  /** What is wrong and what to send instead. */
  readonly detail: string;
}

/** The result of reading untrusted input: the normalised value, or every fault found. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };
