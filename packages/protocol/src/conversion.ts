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
  unitPrice?: string;
}

/** Flat facts about a conversion that travel with it; at most 4 KiB of JSON. */
export type Metadata = Record<string, string | number | boolean | null>;

/** A conversion as it is reported: the `data` of a `conversion.created` message. */
export interface Conversion {
  /** The click it belongs to; without one it is stored unattributed. */
  clickId?: string;
  /** Default: `purchase`. */
  event?: string;
  /** The advertiser's stable id of one order or lead, 1-128 characters. With advertiser and event it is the identity. */
  transactionId: string;
  /** What the advertiser earned, a decimal string with at most the decimals of `currency`. */
  revenue?: string;
  /** ISO 4217 code; required as soon as any amount is given. */
  currency?: string;
  /** Default: what the offer says. */
  status?: ConversionStatus;
  /** When the order or lead happened, RFC 3339 UTC. Default: the time of the message. */
  occurredAt?: string;
  /** Attributes the conversion when no click does. */
  couponCode?: string;
  /** The advertiser's own customer id, a fallback for attribution. */
  customerId?: string;
  /** 1-200 positions. */
  items?: LineItem[];
  /** Overrides the computed payout where the offer allows it. */
  payout?: string;
  metadata?: Metadata;
}

/** A change to a known conversion: the `data` of a `conversion.updated` message. Needs `status`, `revenue` or both. */
export interface ConversionUpdate {
  event?: string;
  transactionId: string;
  status?: ConversionStatus;
  revenue?: string;
  currency?: string;
  occurredAt?: string;
  clickId?: string;
  metadata?: Metadata;
}

/** One message, normalised: `clickId` in lower case, `event` filled in, times in milliseconds, absent fields absent. */
export interface ConversionMessage {
  type: MessageType;
  /** When the message was made, RFC 3339 UTC. */
  timestamp: string;
  data: Conversion & { event: string };
}
