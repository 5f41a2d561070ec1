import type { TouchRules } from './merge-touches.js';
import { type CookiePlace, cookieValues } from './set-cookie.js';
import { decodeTouches, type Touch } from './touch.js';
import type { Exchange } from './web-exchange.js';

/** May this visitor's click be stored? `pending` leaves everything as it is; `denied` removes the cookie. */
export type LandingConsent = 'granted' | 'pending' | 'denied';

/** How the server keeps the visitor's click. Every setting has a default. */
export interface ClickCookieOptions {
  /** Name of the cookie. Default `_clk_s`, that of the tracker's first-party hop. Never that of sdk-browser (`_clk`). */
  readonly name?: string;
  /** Domain of the cookie, `shop.example`, so that subdomains share it. Default: the host that was asked. */
  readonly domain?: string | undefined;
  /** Whether the cookie is for https only. Default: when the request came that way, as far as the server is told. */
  readonly secure?: boolean | undefined;
  /** How long a click counts, in seconds from the click. Default 30 days. Use the same in the browser. */
  readonly windowSeconds?: number | undefined;
  /** How many clicks are kept: the first and the last ones. Default 2. */
  readonly keep?: number;
  /** Name of the cookie that sdk-browser writes; what it holds is taken over. Default `_clk`; `false`: it is not read. */
  readonly scriptCookie?: string | false;
  /** `false`: `Sec-GPC: 1` (Global Privacy Control) does not count as denied consent. Default `true`. */
  readonly gpc?: boolean;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** The options with their defaults, for one request. */
export interface Settings extends TouchRules {
  readonly place: CookiePlace;
  /** Whether the browser sends Global Privacy Control, and that counts. */
  readonly isObjected: boolean;
  /** What the visitor's browser sent under our name, as it came. */
  readonly sent: readonly string[];
  /** The touches in it and in the script's cookie. */
  readonly known: readonly Touch[];
}

const THIRTY_DAYS = 30 * 86_400;

export function settingsOf(exchange: Exchange, options: ClickCookieOptions): Settings {
  const { name = '_clk_s', domain, secure = exchange.secure, windowSeconds = THIRTY_DAYS, keep = 2 } = options;
  const { scriptCookie = '_clk', gpc = true, now = Date.now } = options;
  const cookies = exchange.header('cookie');
  const sent = cookieValues(cookies, name);
  const ofScript = scriptCookie === false ? [] : cookieValues(cookies, scriptCookie);
  return {
    now: now(),
    lifetime: windowSeconds * 1000,
    keep,
    place: { name, host: exchange.host, domain, secure },
    isObjected: gpc && exchange.header('sec-gpc') === '1',
    sent,
    known: [...sent, ...ofScript].flatMap(decodeTouches),
  };
}

/** Does the browser only load ahead what may never be shown? (`Sec-Purpose: prefetch`, or `prefetch;prerender`.) */
export function isLoadedAhead({ header }: Exchange): boolean {
  const purpose = header('sec-purpose') ?? header('purpose') ?? header('x-purpose') ?? header('x-moz') ?? '';
  return /prefetch|prerender|preview/i.test(purpose);
}
