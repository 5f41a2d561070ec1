import { fill, type Variables } from '../variables.js';
import { canonicalQuery, percentEncode } from './canonical-query.js';
import type { RequestTemplate, Signing } from './case.js';
import { type SignedParts, type SigningContext, signParts } from './signing.js';

const PATH = '/postback';
const USUAL = { clickid: '{{clickId}}', txid: '{{tx}}', revenue: '49.90', currency: 'EUR' };
const NAMES = { id: 'tb_id', timestamp: 'tb_ts', signature: 'tb_sig' } as const;

/** What a postback says in its URL, and what it says in its form. */
export interface Postback {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Encoded parameters; none: it has no form. */
  readonly form: readonly string[];
}

/** A postback, signed unless the case does not want that, faults included. */
export function postbackOf(
  template: RequestTemplate,
  signing: Signing,
  variables: Variables,
  context: SigningContext,
): Postback {
  const { method = 'GET' } = template;
  const query = fill({ ...USUAL, ...template.query }, variables);
  const pairs = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null);
  const given = pairs.map(pairOf);
  if (template.rawQuery !== undefined) given.push(fill(template.rawQuery, variables));
  const form = Object.entries(fill(template.form ?? {}, variables)).map(pairOf);
  if (signing.signed === false) return { method, path: `${PATH}?${given.join('&')}`, form };
  const own = signatureParameters(given, method, signing, context);
  if (signing.inForm) return { method, path: `${PATH}?${given.join('&')}`, form: [...form, ...own] };
  const signed = [...given, ...own];
  const sent = template.shuffled ? signed.reverse() : signed;
  const replacements = Object.entries(fill(template.replace ?? {}, variables));
  const changed = replacements.reduce((text, [from, to]) => text.replace(from, to), sent.join('&'));
  return { method, path: `${PATH}?${changed}`, form };
}

function pairOf([name, value]: readonly [string, string]): string {
  return `${percentEncode(name)}=${percentEncode(value)}`;
}

function signatureParameters(
  given: readonly string[],
  method: string,
  signing: Signing,
  context: SigningContext,
): string[] {
  const base = new URL(context.target.url).pathname.replace(/\/$/, '');
  const { over = {}, omit = [], repeat = [] } = signing;
  const parts = signParts(signing, context, 'base64url', (id, timestamp) => {
    const all = [...given, `tb_id=${percentEncode(id)}`, `tb_ts=${percentEncode(timestamp)}`].join('&');
    const query = over.query === 'as-sent' ? all : canonicalQuery(all);
    return Buffer.from(`${id}.${timestamp}.${over.method ?? method}\n${over.path ?? base + PATH}\n${query}`);
  });
  return (Object.keys(NAMES) as (keyof SignedParts)[]).flatMap((part) => {
    const pair = `${NAMES[part]}=${percentEncode(parts[part])}`;
    if (omit.includes(part)) return [];
    return repeat.includes(part) ? [pair, pair] : [pair];
  });
}
