import type { ConversionStatus } from './conversion.js';
import type { MoneyJson } from './money.js';

/** What can become of a conversion that was sent. */
export const OUTCOMES = ['recorded', 'updated', 'duplicate', 'unattributed', 'rejected'] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** The outcomes of a conversion that is stored. */
export type AcceptedOutcome = Exclude<Outcome, 'rejected'>;

/** Header that carries the outcome, also where body and status are not ours: on compat routes and of pixels. */
export const HEADER_OUTCOME = 'tallyback-outcome';
/** Header that carries the reason beside `tallyback-outcome: rejected`. */
export const HEADER_REASON = 'tallyback-reason';

/** HTTP status of an accepted outcome. */
export const OUTCOME_STATUS = {
  recorded: 201,
  updated: 200,
  duplicate: 200,
  unattributed: 202,
} as const satisfies Record<AcceptedOutcome, number>;

/** The closed list of reasons for not storing something, with their HTTP status. */
export const REASONS = {
  malformed_request: 400,
  unknown_field: 400,
  missing_field: 400,
  invalid_field: 400,
  unknown_advertiser: 401,
  signature_missing: 401,
  signature_invalid: 401,
  timestamp_out_of_tolerance: 401,
  token_invalid: 401,
  ip_not_allowed: 403,
  click_not_found: 404,
  campaign_not_found: 404,
  status_transition_invalid: 409,
  duplicate_refused: 409,
  body_too_large: 413,
  click_mismatch: 422,
  outside_window: 422,
  offer_inactive: 422,
  event_unknown: 422,
  currency_unsupported: 422,
  cap_reached: 422,
  rate_limited: 429,
  storage_unavailable: 503,
} as const;
export type Reason = keyof typeof REASONS;

/** The reasons after which the same message may succeed later, unchanged. */
export type RetryableReason = 'rate_limited' | 'storage_unavailable';

const titles: Readonly<Record<Reason, string>> = {
  malformed_request: 'The request cannot be read',
  unknown_field: 'The message has a field that is not known',
  missing_field: 'A required field is missing',
  invalid_field: 'A field has a value that is not allowed',
  unknown_advertiser: 'The advertiser is not known',
  signature_missing: 'The request is not signed',
  signature_invalid: 'The signature does not match',
  timestamp_out_of_tolerance: 'The request is too old or from the future',
  token_invalid: 'The token is missing or wrong',
  ip_not_allowed: 'The sender address is not on the allow-list',
  click_not_found: 'The click is not known',
  campaign_not_found: 'The campaign is not known',
  status_transition_invalid: 'The conversion cannot go to this status',
  duplicate_refused: 'The conversion was already reported',
  body_too_large: 'The body is too large',
  click_mismatch: 'The click belongs to another advertiser or conversion',
  outside_window: 'The conversion is outside the attribution window',
  offer_inactive: 'The offer is not active',
  event_unknown: 'The offer does not know this event',
  currency_unsupported: 'The currency is not supported',
  cap_reached: 'A cap of the offer or partner is reached',
  rate_limited: 'Too many requests; try again later',
  storage_unavailable: 'Nothing could be stored; try again later',
};

/** Whether `text` is a reason of the closed list. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}

/** HTTP status of a reason. */
export function reasonStatus(reason: Reason): number {
  return REASONS[reason];
}

/** Whether the same message, sent again unchanged, may succeed. */
export function isRetryable(reason: Reason): reason is RetryableReason {
  return reason === 'rate_limited' || reason === 'storage_unavailable';
}

/** The body of an answer to a conversion that is stored. */
export interface OutcomeBody {
  outcome: AcceptedOutcome;
  conversionId: string;
  clickId?: string;
  status: ConversionStatus;
  revenue?: MoneyJson;
  payout?: MoneyJson;
}

/** An RFC 9457 problem document (`application/problem+json`). */
export interface Problem {
  /** `urn:tallyback:reason:<reason>`. */
  type: string;
  /** The same short text for every problem of this reason. */
  title: string;
  /** HTTP status. */
  status: number;
  /** Absent when nothing was decided and the sender should try again. */
  outcome?: 'rejected';
  reason: Reason;
  /** What happened this time and what to do about it. */
  detail: string;
  /** Path of the field to blame, where there is one. */
  field?: string;
}

/** Builds the problem document of a reason. */
export function problem(reason: Reason, detail: string, field?: string): Problem {
  return {
    type: `urn:tallyback:reason:${reason}`,
    title: titles[reason],
    status: REASONS[reason],
    ...(isRetryable(reason) ? {} : { outcome: 'rejected' as const }),
    reason,
    detail,
    ...(field === undefined ? {} : { field }),
  };
}
