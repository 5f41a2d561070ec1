import type { NamedCase } from '../case-files.js';
import type { Json } from '../json.js';

/** What a case needs beyond an URL, an advertiser, a secret and a click. */
export type Need = 'nextSecret' | 'signingKey' | 'token';

/** Keys by the names that cases call them. */
export type KeyName = 'secret' | 'nextSecret' | 'signingKey' | 'stranger' | 'strangersSigningKey' | 'secretAsText';

/** One signature of the list. What is not given is right. */
export interface SignatureEntry {
  /** Default `secret`. `secretAsText` signs with the bytes of the text `whsec_…` instead of what it encodes. */
  readonly key?: KeyName;
  /** What stands before the comma; `null`: neither it nor the comma. Default: that of the key. */
  readonly version?: string | null;
  /** Default `base64` in headers and `base64url` in URLs. */
  readonly encoding?: 'base64' | 'base64url' | 'hex' | 'unpadded';
  /** So many characters are missing at its end. */
  readonly cut?: number;
}

/** How a request is signed. What is not given is right. */
export interface Signing {
  /** `false`: not at all. */
  readonly signed?: boolean;
  /** Texts are taken as they are. Default: one entry with the secret. */
  readonly entries?: readonly (SignatureEntry | string)[];
  /** The delivery's id. Default: one of its own for every step. */
  readonly id?: string;
  /** Taken as it is instead of unix seconds. */
  readonly timestamp?: string;
  /** The signature is so much older than the receiver tolerates; negative: so far within what it tolerates. */
  readonly olderThanTolerated?: number;
  /** The same into the future. */
  readonly aheadOfTolerated?: number;
  /** Signed instead of what is sent. */
  readonly over?: {
    readonly id?: string;
    readonly secondsAgo?: number;
    readonly body?: 'compact' | 'shorter';
    readonly method?: string;
    readonly path?: string;
    readonly query?: 'as-sent';
  };
  /** Of the three parts (headers or parameters) these are left out: `id`, `timestamp`, `signature`. */
  readonly omit?: readonly ('id' | 'timestamp' | 'signature')[];
  /** Of the three parts these are there twice; only in URLs. */
  readonly repeat?: readonly ('id' | 'timestamp' | 'signature')[];
  /** The three parts stand in the form of a postback instead of its URL. */
  readonly inForm?: boolean;
}

/** A message: the fields given here replace those of a message without fault. */
export interface MessageTemplate {
  /** Default `conversion.created`. */
  readonly type?: string;
  readonly data?: Json;
  /** Fields beside `type`, `timestamp` and `data`, and other values of these. */
  readonly envelope?: Json;
  /** Paths of fields that are left out. */
  readonly without?: readonly string[];
}

/** A request. */
export interface RequestTemplate extends MessageTemplate {
  /** Default `conversions`. */
  readonly to?: 'conversions' | 'batch' | 'postback';
  /** Messages of a batch. */
  readonly messages?: readonly MessageTemplate[];
  /** So many messages of a batch, alike but for their transaction ids. */
  readonly count?: number;
  /** The whole body instead of a message: JSON, … */
  readonly json?: unknown;
  /** … text, … */
  readonly text?: string;
  /** … or bytes in base64. */
  readonly base64?: string;
  /** How the message is written; `compact` is what `JSON.stringify` gives. */
  readonly layout?: 'compact' | 'spaced' | 'escaped';
  /** Spaces behind the body until it has so many bytes. */
  readonly padTo?: number;
  /** One bit of the body changes after it was signed. */
  readonly flipBit?: boolean;
  /** Of a postback; default GET. */
  readonly method?: 'GET' | 'POST';
  /** The body of a postback as a form. What else a postback has for a body is given by `json`, `text` or `base64`. */
  readonly form?: Readonly<Record<string, string>>;
  /** Parameters of a postback beside click id and transaction id; `null` leaves one out. */
  readonly query?: Readonly<Record<string, string | null>>;
  /** Parameters, encoded already, put behind the others before the URL is signed. */
  readonly rawQuery?: string;
  /** Changes the query after it was signed: words that are replaced. */
  readonly replace?: Readonly<Record<string, string>>;
  /** The parameters are sent in another order than they were signed in. */
  readonly shuffled?: boolean;
  /** `null` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly signing?: Signing;
}

/** What an answer must be. The rules of every answer (`check-answer.ts`) come on top. */
export interface Expectation {
  readonly status?: number | readonly number[];
  readonly outcome?: string;
  /** One of them. */
  readonly reason?: string | readonly string[];
  readonly field?: string;
  /** Fields of the body with their values. */
  readonly body?: Json;
  /** Of a batch: each of its results in order. */
  readonly results?: readonly Expectation[];
  /** Of a batch: so many results … */
  readonly resultCount?: number;
  /** … each of which is such a one. */
  readonly eachResult?: Expectation;
}

/** One request and its answer. */
export interface Step {
  readonly send: RequestTemplate;
  /** Sent so many times at the same moment: one is answered as expected, every other one as in `others`. */
  readonly atOnce?: number;
  readonly expect: Expectation;
  readonly others?: Expectation;
  /** Values of the answer's body that later steps may use: name to field. */
  readonly save?: Readonly<Record<string, string>>;
}

/** Requests to a receiver and what it has to answer. */
export interface ReceiverCase extends NamedCase {
  readonly needs?: readonly Need[];
  readonly steps: readonly Step[];
}
