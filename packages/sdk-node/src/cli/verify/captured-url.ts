import { canonicalQuery, createUrlVerifier, PARAMETER_SIGNATURE, SignedUrlError } from '@tallyback/protocol';
import { UsageError } from '../failures.js';
import type { CheckResult } from './check.js';

export interface CapturedUrl {
  /** Absolute, or path and query as on the request line. */
  readonly url: string;
  readonly method: string;
  readonly keys: readonly string[];
  readonly at: number | undefined;
  readonly toleranceSeconds: number;
}

interface Target {
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

/**
 * Checks the signature of a captured URL (`tb_sig`) and, when it does not match, tries other methods and paths to find out
 * what differs.
 *
 * @throws KeyError when a key cannot be used, {@link UsageError} when the URL is none
 */
export function checkUrl({ url, method, keys, at, toleranceSeconds }: CapturedUrl): CheckResult {
  const { path, query } = partsOf(url);
  const verifier = createUrlVerifier(keys, { toleranceSeconds });
  const parameters = new URLSearchParams(query);
  const timestamp = Number(parameters.get('tb_ts')) || 0;
  const target = { method, path, query };
  const result = verifier.verify({ ...target, now: at ?? timestamp * 1000 });
  const received = parameters.get(PARAMETER_SIGNATURE);
  const shown = { ...baseOf(target, parameters), ...(received === null ? {} : { received }) };
  if (result.ok) return { genuine: true, detail: 'the signature is genuine', ...shown, ...result, explanations: [] };
  const { reason, detail, field } = result;
  const facts = { reason, detail, ...(field === undefined ? {} : { field }), ...shown };
  if (reason === 'timestamp_out_of_tolerance') return { genuine: true, ...facts, timestamp, explanations: [] };
  const found = variations(target).find(([, other]) => verifier.verify({ ...other, now: timestamp * 1000 }).ok);
  return { genuine: false, ...facts, explanations: found ? [found[0]] : [] };
}

function partsOf(url: string): { path: string; query: string } {
  // The raw text, since a URL parser would mend what the receiver sees broken.
  const match = /^(?:https?:\/\/[^/?#]+)?(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i.exec(url);
  if (!match || url === '')
    throw new UsageError('--url must be an absolute URL, or path and query of the request line');
  return { path: match[1] ?? '/', query: match[2] ?? '' };
}

function baseOf({ method, path, query }: Target, parameters: URLSearchParams): { base?: string } {
  try {
    const id = parameters.get('tb_id') ?? '';
    return { base: `${id}.${parameters.get('tb_ts') ?? ''}.${method}\n${path}\n${canonicalQuery(query)}` };
  } catch (error) {
    // A query that cannot be decoded has no base; the result of the check says so.
    if (error instanceof SignedUrlError) return {};
    throw error;
  }
}

function variations(target: Target): readonly (readonly [string, Target])[] {
  const { path } = target;
  const methods = ['GET', 'POST', 'HEAD'].filter((method) => method !== target.method);
  const slashed = path.endsWith('/') ? path.replace(/\/+$/, '') : `${path}/`;
  const segments = path.split('/').slice(1);
  const shorter = segments.slice(1).map((_, index) => `/${segments.slice(index + 1).join('/')}`);
  return [
    ...methods.map((method) => [`it was signed for ${method}, not ${target.method}`, { ...target, method }] as const),
    ...[slashed, ...shorter].map(
      (other) => [`it was signed for the path ${other}`, { ...target, path: other }] as const,
    ),
  ];
}
