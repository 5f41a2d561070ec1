import { parseClickId } from '@tallyback/protocol';
import { type HttpRequest, header } from '../http/http-request.js';

/** The cookie that sdk-browser writes. */
const SCRIPT_COOKIE = '_clk';
/** Whoever clicked more often than that within a cookie's life: the newest clicks suffice. */
const MAX_CLICKS = 5;

/**
 * The visitor's clicks by the cookies that came along, the newest first. Both hold a query string per click, joined by
 * `|`, with the id in `id`; the one of the first-party hop may hold bare click ids instead.
 *
 * @param hopCookie Name of the hop's cookie.
 */
export function clicksOfCookies(request: HttpRequest, hopCookie: string): string[] {
  const ids = new Set<string>();
  // A cookie may be there twice, for the host and for its domain.
  for (const [name, value] of cookiesOf(header(request, 'cookie') ?? '')) {
    if (name !== hopCookie && name !== SCRIPT_COOKIE) continue;
    for (const touch of value.split('|')) {
      const id = parseClickId(name === hopCookie && !touch.includes('=') ? touch : idOf(touch));
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
