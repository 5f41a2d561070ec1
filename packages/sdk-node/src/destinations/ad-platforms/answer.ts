import type { Answer, Verdict } from '../destination.js';
import { retryAfterMs } from '../retry-after.js';

/** How one platform says yes and no. */
export interface AnswerRules {
  /** For people: `Meta`. */
  readonly title: string;
  /** What a 2xx with this body means. */
  accepted(body: unknown, answer: Answer): Verdict;
  /** What an error body means where it says more than the status; undefined: the status decides. */
  refused?(body: unknown, answer: Answer): Verdict | undefined;
  /** The reason in an error body. */
  detail?(body: unknown): string | undefined;
}

const RETRYABLE = new Set([408, 425, 429]);

/** What a platform answered: by status **and** body. */
export function platformVerdict(answer: Answer, now: number, rules: AnswerRules): Verdict {
  const { status } = answer;
  const body = parseJson(answer.body);
  if (status >= 200 && status < 300) return rules.accepted(body, answer);
  const detail = rules.detail?.(body) ?? '';
  const why = detail === '' ? `HTTP ${status}` : `HTTP ${status}: ${detail}`;
  if (status >= 300 && status < 400) return { outcome: 'dead', why: `${why}; redirects are not followed` };
  const own = rules.refused?.(body, answer);
  if (own) return own;
  if (status === 401 || status === 403) return credentialRefused(rules.title, why);
  if (status >= 500 || status < 200 || RETRYABLE.has(status)) {
    const wait = retryAfterMs(answer.headers['retry-after'], now);
    return wait === undefined ? { outcome: 'retry', why } : { outcome: 'retry', why, retryAfterMs: wait };
  }
  return { outcome: 'dead', why };
}

/** Tokens expire and permissions get mended while conversions wait; the next attempt carries the new one. */
export function credentialRefused(title: string, why: string): Verdict {
  return { outcome: 'retry', why: `${title} refused the credentials or their permissions, renew them: ${why}` };
}

/** A 2xx that is not the platform's own: a proxy or a portal answered in its name. */
export function notTheirs(title: string, { status }: Answer): Verdict {
  return { outcome: 'retry', why: `HTTP ${status} without an answer of ${title}: something else answered` };
}

/** A value inside parsed JSON; undefined when the way there does not exist. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** A text or number inside parsed JSON, as text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

/** A list inside parsed JSON; empty when there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
