import { isReason, isRetryable, OUTCOMES } from '@tallyback/protocol';
import type { Answer, Verdict } from './destination.js';
import { retryAfterMs } from './retry-after.js';

const RETRYABLE_STATUS = new Set([408, 425, 429]);

/** What a tracker's answer means: by status **and** body, since a proxy in between may answer in its name. */
export function classifyTrackerAnswer(answer: Answer, now: number): Verdict {
  const { status } = answer;
  const body = parse(answer.body);
  if (status >= 200 && status < 300) {
    if (isAccepted(body.outcome)) return { outcome: 'delivered' };
    return retry(answer, now, `HTTP ${status} without an outcome: something other than the tracker answered`);
  }
  if (status >= 300 && status < 400) {
    return {
      outcome: 'dead',
      why: `HTTP ${status}: redirects are not followed; configure the final URL of the tracker`,
    };
  }
  const { reason } = body;
  if (typeof reason === 'string' && isReason(reason)) {
    const why = `${reason}: ${typeof body.detail === 'string' ? body.detail : `HTTP ${status}`}`;
    // A clock that is wrong on either side gets mended; the next attempt carries a new timestamp.
    if (isRetryable(reason) || reason === 'timestamp_out_of_tolerance') return retry(answer, now, why);
    if (status < 500 && !RETRYABLE_STATUS.has(status)) return { outcome: 'dead', why };
    return retry(answer, now, why);
  }
  if (status >= 500 || RETRYABLE_STATUS.has(status)) return retry(answer, now, `HTTP ${status}`);
  return retry(answer, now, `HTTP ${status} that is not the tracker's own: a proxy or a deployment answered`);
}

function isAccepted(outcome: unknown): boolean {
  return typeof outcome === 'string' && outcome !== 'rejected' && (OUTCOMES as readonly string[]).includes(outcome);
}

function retry(answer: Answer, now: number, why: string): Verdict {
  const wait = retryAfterMs(answer.headers['retry-after'], now);
  return wait === undefined ? { outcome: 'retry', why } : { outcome: 'retry', why, retryAfterMs: wait };
}

function parse(text: string): { readonly outcome?: unknown; readonly reason?: unknown; readonly detail?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
