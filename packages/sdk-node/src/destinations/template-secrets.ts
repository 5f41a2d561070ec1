import { fixedParts, looksRandom } from './url-secrets.js';

/** Whatever is written under such a name is a credential, however innocent it looks. */
const TELLING = /auth|credential|hash|key|pass|private|pwd|secret|sig|token/i;
/** Headers that say nothing secret, and whose values logs and answers need. */
const INNOCENT_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-type',
  'origin',
  'referer',
  'user-agent',
]);
const SCHEMES = /^(?:basic|bearer|digest|token|apikey)$/i;

/** What headers of the user's say that may be a credential: the values, and their words as a receiver may echo them. */
export function headerSecrets(headers: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (INNOCENT_HEADERS.has(name) ? [] : [value]));
  const words = values.flatMap((value) => value.split(/[\s,;=]+/).filter((word) => !SCHEMES.test(word)));
  return [...new Set([...values, ...words, ...values.flatMap(basicCredentials)])];
}

/** What a body itself says that may be a credential: fixed texts under telling names, and words that look random. */
export function bodySecrets(body: unknown, name = ''): string[] {
  if (typeof body === 'string') {
    const fixed = fixedParts(body);
    return TELLING.test(name) ? fixed : fixed.flatMap((text) => text.split(/\s+/)).filter(looksRandom);
  }
  if (typeof body !== 'object' || body === null) return [];
  // An element of a list is named by its list.
  return Object.entries(body).flatMap(([key, value]) => bodySecrets(value, Array.isArray(body) ? name : key));
}

/** User name and password, or what else the Basic scheme hides. */
function basicCredentials(value: string): string[] {
  const [, encoded] = /^basic\s+([A-Za-z0-9+/_-]+=*)$/i.exec(value) ?? [];
  if (encoded === undefined) return [];
  const [, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return password.length === 0 ? [] : [password.join(':')];
}
