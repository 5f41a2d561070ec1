import { type ClickCookieOptions, isLoadedAhead, settingsOf } from './landing-options.js';
import { mergeTouches } from './merge-touches.js';
import { keepingCookie, removingCookies } from './set-cookie.js';
import { cookieText, decodeTouches, encodeTouches } from './touch.js';
import {
  type Exchange,
  type LandingRequest,
  type LandingResponse,
  readExchange,
  writeCookies,
} from './web-exchange.js';

/** Settings of {@link syncCookie}. */
export interface SyncOptions extends ClickCookieOptions {
  /** Origins besides the server's own whose pages may ask, for example `https://www.shop.example`. Default none. */
  readonly origins?: readonly string[];
}

/** What the request is to be answered with, as `text/plain`. */
export interface Synced {
  readonly status: number;
  readonly body: string;
}

/** What sdk-browser sends is a tenth of it. */
const MAX_BODY_CHARACTERS = 16_384;

/**
 * The server's half of `sync()` of `@tallyback/sdk-browser`, at an address of your choice: `POST` with what the browser
 * has stored keeps it in the `HttpOnly` click cookie, for as long as the newest click counts, and answers what the server
 * knows; `DELETE` removes the cookie. Sets the cookie in the response; status and body are yours to write. Never throws.
 *
 * @param body what was posted, as text
 */
export function syncCookie(
  request: LandingRequest,
  response: LandingResponse,
  body: string,
  options: SyncOptions = {},
): Synced {
  try {
    const exchange = readExchange(request);
    const [synced, cookies] = decide(exchange, body, options);
    writeCookies(response, cookies);
    return synced;
  } catch {
    return { status: 500, body: '' };
  }
}

function decide(exchange: Exchange, body: string, options: SyncOptions): [Synced, cookies: string[]] {
  const only = (status: number): [Synced, string[]] => [{ status, body: '' }, []];
  if (exchange.method !== 'POST' && exchange.method !== 'DELETE') return only(405);
  // A page of somebody else, by a form that it sends: it must not put a click of its own into this visitor's pocket.
  if (!mayAsk(exchange, options.origins ?? [])) return only(403);
  // No visit yet; a browser that shows the page asks again.
  if (isLoadedAhead(exchange)) return only(425);
  if (body.length > MAX_BODY_CHARACTERS) return only(413);
  const { place, sent, known, isObjected, ...rules } = settingsOf(exchange, options);
  const removal = () => (sent.length > 0 ? removingCookies(place) : []);
  if (exchange.method === 'DELETE') return [{ status: 200, body: '' }, removal()];
  const touches = isObjected ? [] : mergeTouches([...known, ...decodeTouches(body)], rules);
  const last = touches.at(-1);
  if (last === undefined) return [{ status: 200, body: '' }, removal()];
  const cookie = keepingCookie(place, cookieText(touches), last.at + rules.lifetime, rules.now);
  return [{ status: 200, body: encodeTouches(touches) }, [cookie]];
}

/** Browsers say where a request comes from; whoever says nothing is no browser, and deceives nobody. */
function mayAsk({ header, host }: Exchange, origins: readonly string[]): boolean {
  const site = header('sec-fetch-site');
  const origin = header('origin');
  if (origin === undefined) return site === undefined || site === 'same-origin';
  if (site === 'same-origin' || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
