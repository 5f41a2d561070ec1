/** Status of the answer to a conversion that is stored, by outcome. */
export const OUTCOME_STATUS: Readonly<Record<string, number>> = {
  recorded: 201,
  updated: 200,
  duplicate: 200,
  unattributed: 202,
};

/** Status of the answer to something that is not stored, by reason: the closed list. */
export const REASON_STATUS: Readonly<Record<string, number>> = {
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
};

/** Reasons that pass by themselves: nothing was decided, so there is no outcome. */
export const TRY_AGAIN: readonly string[] = ['rate_limited', 'storage_unavailable'];

export const STATUSES: readonly string[] = ['pending', 'approved', 'rejected', 'refunded'];

/** Click ids and row ids. */
export const ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Amounts on the wire. */
export const AMOUNT = /^-?(?:0|[1-9]\d*)(?:\.\d{1,4})?$/;
