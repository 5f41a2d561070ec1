import { createHmac, type KeyObject } from 'node:crypto';
import { type Keys, prepareSecrets } from './keys.js';
import { percentEncode } from './percent-encoding.js';
import {
  equalConstantTime,
  invalid,
  requireSignable,
  requireTolerance,
  type SignedParts,
  type VerifyResult,
  verifyParts,
} from './verification.js';

/** Query parameter with the message id. */
export const PARAMETER_ID = 'tb_id';
/** Query parameter with the unix seconds. */
export const PARAMETER_TIMESTAMP = 'tb_ts';
/** Query parameter with the signatures. */
export const PARAMETER_SIGNATURE = 'tb_sig';

const names = { id: PARAMETER_ID, timestamp: PARAMETER_TIMESTAMP, signature: PARAMETER_SIGNATURE };
const parameters: ReadonlySet<string> = new Set(Object.values(names));

/** A URL or query string cannot be signed or verified. */
export class SignedUrlError extends Error {
  override readonly name = 'SignedUrlError';

  constructor(
    readonly code: 'query_malformed' | 'url_malformed',
    message: string,
  ) {
    super(message);
  }
}

/** Checks signed URLs. */
export interface UrlVerifier {
  /**
   * Never throws for anything a sender can do.
   *
   * @param input `path` and `query` (without `?`) raw, as on the request line; `now` in milliseconds, default: the clock
   */
  verify(input: { method: string; path: string; query: string; now?: number }): VerifyResult;
}

/**
 * The form of a query string that is signed: parameters decoded (`+` is a space), percent-encoded again as RFC 3986 wants,
 * `tb_sig` left out, sorted by encoded name, then by encoded value.
 *
 * @param query raw query string, without `?`
 * @throws SignedUrlError `query_malformed` when a percent-encoding is broken or is not UTF-8
 */
export function canonicalQuery(query: string): string {
  return canonical(readQuery(query));
}

/**
 * Signs a URL: appends `tb_id`, `tb_ts` and `tb_sig`, replacing any that are there.
 *
 * @param options `method` default GET; `timestamp` in unix seconds; `keys` one or several `whsec_` secrets (it is signed with each)
 * @returns the URL as a WHATWG URL parser writes it, since that is what clients send
 * @throws KeyError, RangeError (id, timestamp), SignedUrlError
 */
export function signUrl(options: { method?: string; url: string; id: string; timestamp: number; keys: Keys }): string {
  const secrets = prepareSecrets(options.keys);
  const { id, timestamp } = options;
  requireSignable(id, timestamp);
  if (!URL.canParse(options.url)) throw new SignedUrlError('url_malformed', 'the URL to sign must be absolute');
  const url = new URL(options.url);
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !parameters.has(readParameter(part).name));
  kept.push(`${PARAMETER_ID}=${id}`, `${PARAMETER_TIMESTAMP}=${timestamp}`);
  url.search = kept.join('&');
  const content = signedContent(
    id,
    `${timestamp}`,
    options.method ?? 'GET',
    url.pathname,
    canonicalQuery(url.search.slice(1)),
  );
  const signatures = secrets.map((secret) => `v1,${hmac(secret, content)}`).join(' ');
  url.search += `&${PARAMETER_SIGNATURE}=${percentEncode(signatures)}`;
  return url.href;
}

/**
 * Prepares a verifier of signed URLs.
 *
 * @param keys `whsec_` secrets; a signature of any one of them is enough
 * @param options `toleranceSeconds`: how far the timestamp may be from the clock, both ways, default 300
 * @throws KeyError when a key cannot be used, RangeError for a bad tolerance
 */
export function createUrlVerifier(keys: Keys, options: { toleranceSeconds?: number } = {}): UrlVerifier {
  const secrets = prepareSecrets(keys);
  const tolerance = requireTolerance(options.toleranceSeconds);
  return {
    verify({ method, path, query, now }) {
      let pairs: Parameter[];
      try {
        pairs = readQuery(query);
      } catch (error) {
        if (error instanceof SignedUrlError) return invalid(PARAMETER_SIGNATURE, error.message);
        throw error;
      }
      const parts = signedParts(pairs);
      if ('ok' in parts) return parts;
      return verifyParts(parts, names, now ?? Date.now(), tolerance, (version, candidate, id, timestamp) => {
        if (version !== 'v1') return false;
        // Other languages' base64url encoders keep the padding.
        const unpadded = candidate.endsWith('=') ? candidate.slice(0, -1) : candidate;
        const content = signedContent(id, timestamp, method, path, canonical(pairs));
        return secrets.some((secret) => equalConstantTime(unpadded, hmac(secret, content)));
      });
    },
  };
}

interface Parameter {
  readonly name: string;
  readonly value: string;
}

function readQuery(query: string): Parameter[] {
  return query.split('&').filter(Boolean).map(readParameter);
}

function readParameter(part: string): Parameter {
  const equals = part.indexOf('=');
  if (equals < 0) return { name: decode(part), value: '' };
  return { name: decode(part.slice(0, equals)), value: decode(part.slice(equals + 1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new SignedUrlError('query_malformed', 'the query string has a percent-encoding that is broken or not UTF-8');
  }
}

function canonical(pairs: readonly Parameter[]): string {
  return pairs
    .filter(({ name }) => name !== PARAMETER_SIGNATURE)
    .map(({ name, value }) => [percentEncode(name), percentEncode(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The three parts; a repeated one is refused, since sender and receiver might each look at another. */
function signedParts(pairs: readonly Parameter[]): SignedParts | VerifyResult {
  const found = new Map<string, string>();
  for (const { name, value } of pairs) {
    if (!parameters.has(name)) continue;
    if (found.has(name)) return invalid(name, `${name} is given more than once`);
    found.set(name, value);
  }
  return {
    id: found.get(PARAMETER_ID),
    timestamp: found.get(PARAMETER_TIMESTAMP),
    signature: found.get(PARAMETER_SIGNATURE),
  };
}

function signedContent(id: string, timestamp: string, method: string, path: string, query: string): string {
  return `${id}.${timestamp}.${method.toUpperCase()}\n${path}\n${query}`;
}

function hmac(secret: KeyObject, content: string): string {
  return createHmac('sha256', secret).update(content).digest('base64url');
}
