import { isIP } from 'node:net';
import type { FirstPartyCookieOptions } from '../tracker.options.js';

/** The cookie's name where the host gives none. */
export const FIRST_PARTY_COOKIE = '_clk_s';
const DEFAULT_MAX_AGE_SECONDS = 30 * 86_400;

/** Where the hop is, as the browser sees it. */
export interface HopAddress {
  readonly host: string;
  /** Over https. */
  readonly secure: boolean;
}

/**
 * The `Set-Cookie` of the first-party hop. A cookie set by a server on a document response keeps its full life on
 * WebKit, where one written by a script lives one to seven days.
 *
 * @param destination Where the visitor is sent.
 */
export function firstPartyCookie(
  clickId: string,
  hop: HopAddress,
  destination: string,
  options: FirstPartyCookieOptions = {},
): string {
  const domain = options.domain ?? sharedDomain(hop.host, new URL(destination).hostname);
  return [
    `${options.name ?? FIRST_PARTY_COOKIE}=${clickId}`,
    'Path=/',
    `Max-Age=${options.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS}`,
    ...(domain ? [`Domain=${domain}`] : []),
    'HttpOnly',
    'SameSite=Lax',
    ...(hop.secure ? ['Secure'] : []),
  ].join('; ');
}

/**
 * The longest domain of at least two labels that both hosts belong to: what lets `go.shop.example` set a cookie that
 * `www.shop.example` receives. Undefined for the same host, addresses and hosts that share nothing; then the cookie stays
 * on the hop. (Should the shared part be a public suffix, browsers refuse the cookie.)
 */
export function sharedDomain(hop: string, destination: string): string | undefined {
  const a = hostname(hop);
  const b = hostname(destination);
  if (a === b || isIP(a) || isIP(b)) return undefined;
  const left = a.split('.').reverse();
  const right = b.split('.').reverse();
  const differs = left.findIndex((label, i) => label !== right[i]);
  const shared = left.slice(0, differs === -1 ? left.length : differs).reverse();
  return shared.length >= 2 ? shared.join('.') : undefined;
}

function hostname(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}
