import type { Verdict } from '../destination.js';
import { type AnswerRules, at, credentialRefused, listAt, notTheirs, textAt } from './answer.js';

const DELIVERED = { outcome: 'delivered' } as const;
const RECEIVED = { outcome: 'delivered', confirmed: false } as const;
const SIX_HOURS = 6 * 3_600_000;

// It stands there already: an earlier attempt whose answer was lost.
const ALREADY_THERE = new Set(['ORDER_ID_ALREADY_IN_USE', 'CLICK_CONVERSION_ALREADY_EXISTS', 'DUPLICATE_ORDER_ID']);
// "Retry after 6 hours": the click or the conversion action is too new.
const TOO_RECENT = new Set(['TOO_RECENT_EVENT', 'TOO_RECENT_CONVERSION_ACTION', 'TOO_RECENT_CLICK']);
const TRANSIENT = new Set(['INTERNAL_ERROR', 'TRANSIENT_ERROR', 'CONCURRENT_MODIFICATION', 'RESOURCE_EXHAUSTED']);
const CLOSED = 'CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE';

/** @internal Google Ads answers 200 with `partialFailureError` when it did not take the conversion. */
export const GOOGLE_ADS_ANSWERS: AnswerRules = {
  title: 'Google Ads',
  accepted(body, answer) {
    if (typeof body !== 'object' || body === null) return notTheirs('Google Ads', answer);
    const partial = at(body, 'partialFailureError');
    return partial === undefined || partial === null ? DELIVERED : failure(partial);
  },
  refused(body) {
    const error = at(body, 'error');
    return codesOf(error).length === 0 ? undefined : failure(error, true);
  },
  detail: (body) => textAt(body, 'error', 'message'),
};

/** @internal Data Manager takes the request and validates what is in it later: `requestId` confirms receipt only. */
export const GOOGLE_DATA_MANAGER_ANSWERS: AnswerRules = {
  title: 'Google Data Manager',
  accepted: (body, answer) =>
    typeof at(body, 'requestId') === 'string' ? RECEIVED : notTheirs('Google Data Manager', answer),
  detail(body) {
    const violations = listAt(body, 'error', 'details').flatMap((detail) => listAt(detail, 'fieldViolations'));
    const shown = violations.map((one) => `${textAt(one, 'field')}: ${textAt(one, 'description')}`);
    return [textAt(body, 'error', 'message'), ...shown].filter((part) => part !== undefined).join('; ') || undefined;
  },
};

/** `whole`: the request was refused, not one conversion in it; codes that say nothing of their own leave it to the status. */
function failure(error: unknown, whole = false): Verdict {
  const codes = codesOf(error);
  const why = `${codes.join(', ')}: ${textAt(error, 'message') ?? 'no reason given'}`;
  const has = (some: ReadonlySet<string>) => codes.some((code) => some.has(code));
  if (codes.includes(CLOSED)) {
    return { outcome: 'dead', why: `${why}; Google takes no new users here: use googleDataManager() instead` };
  }
  if (has(ALREADY_THERE)) return DELIVERED;
  if (has(TOO_RECENT)) return { outcome: 'retry', why, retryAfterMs: SIX_HOURS };
  if (has(TRANSIENT)) return { outcome: 'retry', why };
  const status = Number(at(error, 'code'));
  if (whole && (status === 401 || status === 403)) return credentialRefused('Google Ads', why);
  if (whole && (status === 429 || status >= 500)) return { outcome: 'retry', why };
  return { outcome: 'dead', why };
}

/** The codes of a GoogleAdsFailure, e.g. `{ conversionUploadError: 'TOO_RECENT_EVENT' }`. */
function codesOf(error: unknown): string[] {
  return listAt(error, 'details')
    .flatMap((detail) => listAt(detail, 'errors'))
    .flatMap((one) => Object.values(at(one, 'errorCode') ?? {}).map(String));
}
