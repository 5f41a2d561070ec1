import { parseClickId } from '@tallyback/protocol';
import { type HttpRequest, header } from '../http/http-request.js';

/** The cookie that sdk-browser writes. */
const SCRIPT_COOKIE = '_clk';
/** Whoever clicked more often than that within a cookie's life: the newest clicks suffice. */
const MAX_CLICKS = 5;

/**
 * The visitor's clicks by the cookies that came along, the newest first: the one of the first-party hop holds a click id,
 * the one of sdk-browser a query string per click, joined by `|`, with the id in `id`.
 *
 * @param hopCookie Name of the hop's cookie.
 */
export function clicksOfCookies(request: HttpRequest, hopCookie: string): string[] {
  const ids = new Set<string>();
  // A cookie may be there twice, for the host and for its domain.
  for (const [name, value] of cookiesOf(header(request, 'cookie') ?? '')) {
    const candidates =
      name === hopCookie ? [value] : name === SCRIPT_COOKIE ? value.split('|').map((touch) => idOf(touch)) : [];
    for (const candidate of candidates) {
      const id = parseClickId(candidate);
      if (id !== undefined) ids.add(id);
    }
  }
  // A click id begins with its time.
  return [...ids].sort().reverse().slice(0, MAX_CLICKS);
}

function idOf(touch: string): string {
  return new URLSearchParams(touch).get('id') ?? '';
}

function* cookiesOf(text: string): Generator<[name: string, value: string]> {
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1) yield [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  }
}
