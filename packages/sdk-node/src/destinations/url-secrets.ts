import { CONVERSION_STATUSES, DEFAULT_EVENT } from '@tallyback/protocol';

/** Shorter ones are no credentials, and blanking them out would spoil innocent text. */
const MIN_SECRET = 6;
/** Words that postback URLs spell out and that logs and answers need. */
const INNOCENT: ReadonlySet<string> = new Set([...CONVERSION_STATUSES, DEFAULT_EVENT, 'conversion', 'postback']);
const MACRO = /\{[^{}]*\}/;
const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * What a URL or URL template itself says that may be a credential: the fixed text of query values, whatever the parameter is
 * called, and parts of the path that look random. Partners echo the URL they were asked for ("Cannot GET /pb?key=...").
 */
export function urlSecrets(template: string): string[] {
  if (!ABSOLUTE.test(template)) return [];
  const [address = ''] = template.split('#');
  const [path = '', ...query] = address.replace(ABSOLUTE, '').split('?');
  const values = query
    .join('?')
    .split('&')
    .flatMap((pair) => fixedParts(pair.slice(pair.indexOf('=') + 1)));
  const parts = path.split('/').flatMap(fixedParts).filter(looksRandom);
  return [...new Set([...values, ...parts].flatMap((text) => [text, decoded(text)]))].filter(
    (text) => text.length >= MIN_SECRET && !INNOCENT.has(text.toLowerCase()),
  );
}

/** What stands between macros. */
export function fixedParts(text: string): string[] {
  return text.split(MACRO);
}

/** Words are letters alone; keys mix in digits, or are longer than any word. */
export function looksRandom(text: string): boolean {
  return (/\d/.test(text) && /[A-Za-z]/.test(text)) || /^(?:\d{12,}|[A-Za-z]{24,})$/.test(text);
}

/** As a partner may show it that has decoded the URL. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
