import { fill, type Variables } from '../variables.js';
import { canonicalQuery, percentEncode } from './canonical-query.js';
import type { RequestTemplate, Signing } from './case.js';
import { type SignedParts, type SigningContext, signParts } from './signing.js';

const PATH = '/postback';
const USUAL = { clickid: '{{clickId}}', txid: '{{tx}}', revenue: '49.90', currency: 'EUR' };
const NAMES = { id: 'tb_id', timestamp: 'tb_ts', signature: 'tb_sig' } as const;

/** Path and query of a signed postback, faults included. */
export function postbackUrl(
  template: RequestTemplate,
  signing: Signing,
  variables: Variables,
  context: SigningContext,
): string {
  const query = fill({ ...USUAL, ...template.query }, variables);
  const pairs = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null);
  const given = pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`);
  if (template.rawQuery !== undefined) given.push(fill(template.rawQuery, variables));
  if (signing.signed === false) return `${PATH}?${given.join('&')}`;
  const signed = signedQuery(given, signing, context);
  const sent = template.shuffled ? signed.reverse() : signed;
  const replacements = Object.entries(fill(template.replace ?? {}, variables));
  return `${PATH}?${replacements.reduce((text, [from, to]) => text.replace(from, to), sent.join('&'))}`;
}

function signedQuery(given: readonly string[], signing: Signing, context: SigningContext): string[] {
  const base = new URL(context.target.url).pathname.replace(/\/$/, '');
  const { over = {}, omit = [], repeat = [] } = signing;
  const parts = signParts(signing, context, 'base64url', (id, timestamp) => {
    const all = [...given, `tb_id=${percentEncode(id)}`, `tb_ts=${percentEncode(timestamp)}`].join('&');
    const query = over.query === 'as-sent' ? all : canonicalQuery(all);
    return Buffer.from(`${id}.${timestamp}.${over.method ?? 'GET'}\n${over.path ?? base + PATH}\n${query}`);
  });
  const own = (Object.keys(NAMES) as (keyof SignedParts)[]).flatMap((part) => {
    const pair = `${NAMES[part]}=${percentEncode(parts[part])}`;
    if (omit.includes(part)) return [];
    return repeat.includes(part) ? [pair, pair] : [pair];
  });
  return [...given, ...own];
}
