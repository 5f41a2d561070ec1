import { idTime } from '@tallyback/protocol';
import {
  type ClickCookieOptions,
  isLoadedAhead,
  type LandingConsent,
  type Settings,
  settingsOf,
} from './landing-options.js';
import { mergeTouches } from './merge-touches.js';
import { keepingCookie, removingCookies } from './set-cookie.js';
import { cookieText, isOwn, readId, type Touch } from './touch.js';
import {
  type Exchange,
  type LandingRequest,
  type LandingResponse,
  readExchange,
  writeCookies,
} from './web-exchange.js';

/** Settings of {@link landingCookie}. */
export interface LandingOptions<Request extends LandingRequest = LandingRequest> extends ClickCookieOptions {
  /**
   * Parameter names, in order of preference, compared without regard to case. `clickid` is ours and must be a click id;
   * all others are foreign and opaque. Default `['clickid']`.
   */
  readonly params?: readonly string[];
  /** Where the path carries the id, `/land/{clickid}`; all but the braces may be a regular expression. Default none. */
  readonly path?: string;
  /** The visitor's consent, or what reads it from the request. Default `granted`. */
  readonly consent?: LandingConsent | ((request: Request) => LandingConsent);
}

/** What {@link landingCookie} did. */
export interface Landing {
  /**
   * `set`: the cookie is in the response. `kept`: the browser has it as it should be. `removed`: it is deleted.
   * `none`: there is nothing to keep. `skipped`: no page that is shown to the visitor. `failed`: see `error`.
   */
  readonly status: 'set' | 'kept' | 'removed' | 'none' | 'skipped' | 'failed';
  /** The newest click that counts. */
  readonly click?: Touch | undefined;
  /** Why it failed; the response goes on without it. */
  readonly error?: unknown;
}

/**
 * Keeps the click of a landing in an `HttpOnly` cookie, which browsers keep longer than one of a script, and which no
 * script can touch. Call it for every request before the answer is written; it acts on pages only (`GET`, shown to the
 * visitor, not loaded ahead). The cookie lives as long as the newest click counts, from the click. Never throws.
 *
 * @param request Node's, Express's, Fastify's, or a Web `Request`
 * @param response theirs; to what it sets already, this cookie is added
 */
export function landingCookie<Request extends LandingRequest>(
  request: Request,
  response: LandingResponse,
  options: LandingOptions<Request> = {},
): Landing {
  try {
    const exchange = readExchange(request);
    if (!isPage(exchange)) return { status: 'skipped' };
    const settings = settingsOf(exchange, options);
    const [landing, cookies] = decide(exchange, settings, consentOf(request, settings, options), options);
    writeCookies(response, cookies);
    return landing;
  } catch (error) {
    return { status: 'failed', error };
  }
}

/**
 * The visitor's newest click by the cookies that came along: for the checkout, when its form brings none. Never throws.
 *
 * @param options those of {@link landingCookie}
 * @returns undefined without a click that counts, when consent is denied, or when the browser objects (Global Privacy
 *   Control)
 */
export function landingClick<Request extends LandingRequest>(
  request: Request,
  options: LandingOptions<Request> = {},
): Touch | undefined {
  try {
    const settings = settingsOf(readExchange(request), options);
    return consentOf(request, settings, options) === 'denied'
      ? undefined
      : mergeTouches(settings.known, settings).at(-1);
  } catch {
    return undefined;
  }
}

function consentOf<Request extends LandingRequest>(
  request: Request,
  { isObjected }: Settings,
  { consent = 'granted' }: LandingOptions<Request>,
): LandingConsent {
  if (isObjected) return 'denied';
  return typeof consent === 'function' ? consent(request) : consent;
}

/** Browsers without fetch metadata, and pages over plain http, say by `Accept` that they want a page. */
function isPage(exchange: Exchange): boolean {
  const { method, header } = exchange;
  const isDocument = header('sec-fetch-dest') ?? (/text\/html/i.test(header('accept') ?? '') ? 'document' : '');
  return method === 'GET' && isDocument === 'document' && !isLoadedAhead(exchange);
}

function decide(
  exchange: Exchange,
  settings: Settings,
  consent: LandingConsent,
  options: Pick<LandingOptions, 'params' | 'path'>,
): [Landing, cookies: string[]] {
  const { place, sent, now, lifetime } = settings;
  const remove = (): [Landing, string[]] =>
    sent.length > 0 ? [{ status: 'removed' }, removingCookies(place)] : [{ status: 'none' }, []];
  if (consent === 'denied') return remove();
  // Also for a word that is none: then nothing is stored until a clear one comes.
  if (consent !== 'granted') return [{ status: 'none' }, []];
  const known = mergeTouches(settings.known, settings);
  const arrival = arrivalOf(exchange, known, settings, options);
  const touches = mergeTouches([...known, ...arrival], settings);
  const click = touches.at(-1);
  if (click === undefined) return remove();
  const text = cookieText(touches);
  if (sent.includes(text)) return [{ status: 'kept', click }, []];
  return [{ status: 'set', click }, [keepingCookie(place, text, click.at + lifetime, now)]];
}

/** The click in the address, unless it is known, or old while another one counts. */
function arrivalOf(
  { url, header }: Exchange,
  known: readonly Touch[],
  { now, lifetime }: Settings,
  { params = ['clickid'], path }: Pick<LandingOptions, 'params' | 'path'>,
): Touch[] {
  for (const [param, value] of candidates(url, params, path)) {
    const id = readId(value, param);
    if (id === undefined) continue;
    const time = isOwn(param) ? idTime(id) : now;
    const isStale = time <= now - lifetime;
    if (known.some((touch) => touch.id === id) || (isStale && known.length > 0)) return [];
    const referer = header('referer') ?? '';
    const referrer = URL.canParse(referer) && /^https?:/i.test(referer) ? new URL(referer).origin : '';
    const landing = (url.origin + url.pathname).slice(0, 200);
    return [{ id, param, at: isStale || time > now ? now : time, landing, referrer }];
  }
  return [];
}

/** Every name and value in the address that may be a click id, by order of the wanted names: query, then path. */
function candidates(url: URL, names: readonly string[], pattern = ''): [name: string, value: string][] {
  const inPath = ofPath(url.pathname, pattern);
  // A plus sign belongs to the value: click ids have base64 in them and never a space.
  const pairs = [...new URLSearchParams([url.search.slice(1), inPath].join('&').replace(/\+/g, '%2B'))];
  return names.flatMap((wanted) => pairs.filter(([seen]) => seen.toLowerCase() === wanted.toLowerCase()));
}

/** `name=value` of the path. A pattern that is no regular expression finds nothing, as in the browser. */
function ofPath(path: string, pattern: string): string {
  const [before, name, after = ''] = pattern.split(/[{}]/);
  if (!name) return '';
  try {
    const id = new RegExp(`${before}(?<clickid>[^/]+)${after}`, 'i').exec(path)?.groups?.clickid;
    return id ? `${name}=${id}` : '';
  } catch {
    return '';
  }
}
