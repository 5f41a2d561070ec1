import type { NamedCase } from '../case-files.js';
import type { Json } from '../json.js';

/** What a case needs beyond a secret. */
export type SenderNeed = 'nextSecret' | 'publicKey';

/** What the server does with one attempt. */
export interface ScriptedAnswer {
  /** Default 201. */
  readonly status?: number;
  /** The body is that of an outcome, … */
  readonly outcome?: string;
  /** … the problem of a reason, … */
  readonly reason?: string;
  /** … this JSON, … */
  readonly json?: unknown;
  /** … or this text. With none of them there is no body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `Retry-After`, as seconds or as a date, or as a text that is neither. */
  readonly retryAfter?: 'seconds' | 'date' | 'nonsense';
  /** The connection breaks before the answer, or within it. */
  readonly cut?: 'before-answer' | 'within-answer';
  /** No answer until the sender closes the connection. */
  readonly hang?: boolean;
  /** The answer comes in pieces. */
  readonly slow?: boolean;
  /** The answer sends elsewhere, where nobody may go. */
  readonly redirect?: boolean;
  /** Again and again, until only the answers behind it are left of the attempts that a sender has to make. */
  readonly untilLast?: boolean;
}

/** A message that the sender is told to send, and how each attempt is answered. */
export interface PlannedMessage {
  /** Default `conversion.created`. */
  readonly type?: string;
  readonly data?: Json;
  readonly without?: readonly string[];
  readonly answers: readonly ScriptedAnswer[];
  /** After the last answer nothing comes any more (`silence`, the default), or it may. */
  readonly then?: 'silence' | 'anything';
}

/** Messages to send and how the sender has to go about it. */
export interface SenderCase extends NamedCase {
  readonly needs?: readonly SenderNeed[];
  /** In the order in which they are handed to the sender. */
  readonly messages: readonly PlannedMessage[];
  /** No message is sent before the one before it is done. */
  readonly inOrder?: boolean;
  /** Every request has a signature by each of these. Default: by any of the keys that were given. */
  readonly signedWith?: readonly ('secret' | SenderNeed)[];
}
