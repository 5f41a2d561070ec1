import type { Conversion, ConversionMessage, ConversionStatus } from '../conversion.js';
import type { Parsed } from '../faults.js';
import type { Outcome, Reason } from '../outcome.js';
import type { MacroDialect } from '../template-dialect.js';

/** Everything known about another tracker: one declaration serves sender, receiver, templates and logs. Pure, no I/O. */
export interface Network<Options extends object = object> {
  /** The key everywhere: `voluum`. */
  readonly name: string;
  /** For people: `Voluum`. */
  readonly title: string;
  readonly send: NetworkSend<Options>;
  /** Absent where we have no compat route. */
  readonly receive?: NetworkReceive;
  /** How its templates write macros; no names where none are known. */
  readonly macros: MacroDialect;
  /** Parameters (lower case) that prove a sender in its URLs; never to be logged. */
  readonly secretParameters: readonly string[];
  /** What this declaration assumes although no public documentation confirms it, one sentence each. */
  readonly unverified: readonly string[];
}

/** How our conversions become the network's postbacks. */
export interface NetworkSend<Options extends object = object> {
  /**
   * Checks options once and prepares a sender. Whatever comes in is checked, so options from a file may be passed, too.
   *
   * @throws NetworkOptionError naming the option
   */
  configure(options: Options): NetworkSender;
  /** Requests per second and source address the network takes. Absent: not documented. */
  readonly ratePerSecond?: number;
  /**
   * How long after the click the network takes a conversion, in milliseconds; sending later is pointless. A sender that does
   * not know the click's time counts from the conversion. Absent: not documented.
   */
  readonly windowMs?: number;
}

/** Writes requests of one configured destination and reads the answers. */
export interface NetworkSender {
  /** The same message always gives the same request. Never throws for a message that `parseConversionMessage` let through. */
  request(message: ConversionMessage): SendResult;
  /** What an answer means, by status **and** body. Never throws. */
  classify(answer: NetworkAnswer): NetworkVerdict;
  /** A text (URL, answer, error) with the secrets of this destination blanked out. */
  redact(text: string): string;
}

/** A request, or why this conversion cannot be sent to this network, ever: no retry helps. */
export type SendResult =
  | { readonly ok: true; readonly request: NetworkRequest }
  | { readonly ok: false; readonly code: UnsendableCode; readonly why: string };

/**
 * `click_id_missing`: it did not come over this network (nothing to tell it). `event_unmapped`, `currency_mismatch`: the
 * options do not cover it. `status_unsupported`, `update_unsupported`: the network's postback cannot say it.
 */
export type UnsendableCode =
  | 'click_id_missing'
  | 'event_unmapped'
  | 'currency_mismatch'
  | 'status_unsupported'
  | 'update_unsupported';

/** An HTTP request of a postback. */
export interface NetworkRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute; values percent-encoded to RFC 3986 unreserved characters. May hold secrets: see `redact`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a network answered. */
export interface NetworkAnswer {
  readonly status: number;
  /** As text, as much of it as was read. */
  readonly body: string;
}

/** What an answer means for the delivery. */
export type NetworkVerdict =
  /** `confirmed`: the answer proves that the conversion stands there; false where the network says yes to everything. */
  | { readonly outcome: 'delivered'; readonly confirmed: boolean }
  /** `atMost`: how many attempts with such an answer are worth while; absent: the usual schedule. */
  | { readonly outcome: 'retry'; readonly why: string; readonly atMost?: number }
  | { readonly outcome: 'dead'; readonly why: string };

/** What every network's options have in common. */
export interface CommonSendOptions {
  /** Base URL without query, e.g. `https://track.example.com`; may carry a path prefix. */
  readonly url: string;
  /**
   * Our events to theirs: `{ lead: 'Lead' }`; `null` sends the event as their plain conversion. Default: each network says
   * what becomes of an event that is not listed.
   */
  readonly events?: Readonly<Record<string, string | null>>;
  /**
   * The metadata field that holds this network's own click id, e.g. `voluum_cid`. Default: the conversion's `clickId` is it.
   */
  readonly clickIdField?: string;
}

/** How the network's own inbound postbacks are read, for the compat routes. */
export interface NetworkReceive {
  /** Below `/compat/<name>`. A route parameter (`:key`) is a credential. */
  readonly routes: readonly { readonly method: 'GET' | 'POST'; readonly path: string }[];
  /**
   * The names under which its postbacks say who sends and what about, the usual one first; empty where the user's settings
   * name them. With these a receiver finds the sender, and the log row, of a postback before it is read.
   */
  readonly parameters: Readonly<Record<'clickId' | 'transactionId' | 'token', readonly string[]>>;
  /**
   * Reads the parameters of a postback: names in any case, empty values as absent, everything unknown into metadata.
   *
   * @param parameters name/value pairs, decoded, in order of appearance
   */
  read(parameters: Iterable<readonly [string, string]>, settings?: ReceiveSettings): Parsed<NetworkPostback>;
  /** The network's own answer body; `undefined` where it is not known for this outcome. */
  reply?(
    answer: { readonly outcome: Outcome; readonly reason?: Reason },
    parameters: Iterable<readonly [string, string]>,
  ): { readonly contentType: string; readonly body: string } | undefined;
}

/** What the host configured for a compat route. */
export interface ReceiveSettings {
  /** Their event names or ids, exactly as sent, to our events: `{ '516': 'lead' }`. */
  readonly events?: Readonly<Record<string, string>>;
  /** Their status words, exactly as sent, to our statuses. */
  readonly statuses?: Readonly<Record<string, ConversionStatus>>;
  /** Currency of amounts that come without one. Default: left open, the offer's applies. */
  readonly currency?: string;
  /**
   * Within what their transaction ids are unique. `order` (default): everywhere. `click`: only inside one click (Voluum's
   * rule), so the click id becomes part of ours.
   */
  readonly transactionIdScope?: 'order' | 'click';
  /** Names of parameters that differ from the network's own: `{ clickId: 'tid' }`. */
  readonly parameters?: Readonly<Partial<Record<PostbackField, string>>>;
}

/** What a postback can carry. */
export type PostbackField =
  | 'clickId'
  | 'transactionId'
  | 'event'
  | 'revenue'
  | 'payout'
  | 'currency'
  | 'status'
  | 'couponCode'
  | 'customerId';

/** A network's postback in our words. */
export interface NetworkPostback {
  /** Valid except that `currency` may be absent beside amounts: then the offer's applies, and the amounts are to be checked with it. */
  readonly conversion: Conversion & { event: string };
  /** Whether the transaction id was made from click id and event, since the postback had none. */
  readonly derivedTransactionId: boolean;
  /** What the network takes a second postback of the same identity for: nothing new, or a new status and revenue. */
  readonly repeat: 'duplicate' | 'update';
  /** What the sender showed to prove itself; kept out of `conversion`. */
  readonly credentials: { readonly token?: string; readonly advertiser?: string };
  /** Ids of the network's own catalog, to be mapped by configuration. */
  readonly catalog: Readonly<Partial<Record<CatalogId, string>>>;
}

/** Kinds of ids of a network's own catalog. */
export type CatalogId = 'network' | 'advertiser' | 'offer' | 'event' | 'partner';
