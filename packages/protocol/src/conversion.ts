/** The states a conversion can be in. */
export const CONVERSION_STATUSES = ['pending', 'approved', 'rejected', 'refunded'] as const;
export type ConversionStatus = (typeof CONVERSION_STATUSES)[number];

/** The kinds of message: a new conversion, or a new status and/or revenue of a known one. */
export const MESSAGE_TYPES = ['conversion.created', 'conversion.updated'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** The kind of conversion: `purchase`, `lead`, `install`, ... */
export const EVENT_PATTERN: RegExp = /^[a-z][a-z0-9_]{0,63}$/;

/** The event of a conversion that names none. */
export const DEFAULT_EVENT = 'purchase';

/** Largest message, in bytes of JSON. */
export const MAX_MESSAGE_BYTES = 32_768;

/** Largest `metadata`, in bytes of JSON. */
export const MAX_METADATA_BYTES = 4_096;

/** One position of an order. */
export interface LineItem {
  /** 1-128 characters. */
  sku: string;
  /** 1 to 1,000,000. */
  quantity: number;
  /** Price of one, a decimal string in the conversion's currency. */
  unitPrice?: string | undefined;
}

/** Flat facts about a conversion that travel with it; at most 4 KiB of JSON. */
export type Metadata = Record<string, string | number | boolean | null>;

/** A conversion as it is reported: the `data` of a `conversion.created` message. */
export interface Conversion {
  /** The click it belongs to; without one it is stored unattributed. */
  clickId?: string | undefined;
  /** Default: `purchase`. */
  event?: string | undefined;
  /** The advertiser's stable id of one order or lead, 1-128 characters. With advertiser and event it is the identity. */
  transactionId: string;
  /** What the advertiser earned, a decimal string with at most the decimals of `currency`. */
  revenue?: string | undefined;
  /** ISO 4217 code; required as soon as any amount is given. */
  currency?: string | undefined;
  /** Default: what the offer says. */
  status?: ConversionStatus | undefined;
  /** When the order or lead happened, RFC 3339 UTC. Default: the time of the message. */
  occurredAt?: string | undefined;
  /** Attributes the conversion when no click does. */
  couponCode?: string | undefined;
  /** The advertiser's own customer id, a fallback for attribution. */
  customerId?: string | undefined;
  /** 1-200 positions. */
  items?: LineItem[] | undefined;
  /** Overrides the computed payout where the offer allows it. */
  payout?: string | undefined;
  metadata?: Metadata | undefined;
}

/** A change to a known conversion: the `data` of a `conversion.updated` message. Needs `status`, `revenue` or both. */
export interface ConversionUpdate {
  event?: string | undefined;
  transactionId: string;
  status?: ConversionStatus | undefined;
  revenue?: string | undefined;
  currency?: string | undefined;
  occurredAt?: string | undefined;
  clickId?: string | undefined;
  metadata?: Metadata | undefined;
}

/** One message, normalised: `clickId` in lower case, `event` filled in, times in milliseconds, absent fields absent. */
export interface ConversionMessage {
  type: MessageType;
  /** When the message was made, RFC 3339 UTC. */
  timestamp: string;
  data: Conversion & { event: string };
}
