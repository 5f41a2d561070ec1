import { isIP } from 'node:net';
import { idTime } from '@tallyback/protocol';
import { hopCookie } from '@tallyback/sdk-node/landing';
import { type HttpRequest, header } from '../http/http-request.js';
import type { FirstPartyCookieOptions, TrackerOptions } from '../tracker.options.js';
import { trafficKind } from './traffic-kind.js';

/** The cookie's name where the host gives none. */
export const FIRST_PARTY_COOKIE = '_clk_s';

/** Where the hop is, as the browser sees it, and what it sent along. */
export interface HopAddress {
  readonly host: string;
  /** Over https. */
  readonly secure: boolean;
  /** The `Cookie` header. */
  readonly cookies: string | undefined;
}

/** The hop as the visitor's browser sees it. */
export function hopAddress(request: HttpRequest, { publicUrl }: Pick<TrackerOptions, 'publicUrl'>): HopAddress {
  const cookies = header(request, 'cookie');
  if (publicUrl === undefined) return { host: header(request, 'host') ?? '', secure: request.secure, cookies };
  const { host, protocol } = new URL(publicUrl);
  return { host, secure: protocol === 'https:', cookies };
}

/**
 * Whether the hop may keep the click for this visitor. Otherwise it is a click link like any other, with the id in the
 * address: a browser that objects (Global Privacy Control) leaves it to the page, and one that only loads ahead may
 * never show it, or later show just what it was given now.
 */
export function mayKeepClick(request: HttpRequest): boolean {
  return header(request, 'sec-gpc') !== '1' && trafficKind(request.method, request.headers) === 'click';
}

/**
 * The `Set-Cookie` of the first-party hop: the new click beside the first one of those that are there. A cookie set by a
 * server on a document response keeps its full life on WebKit, where one written by a script lives one to seven days.
 *
 * @param destination Where the visitor is sent.
 */
export function firstPartyCookie(
  clickId: string,
  { host, secure, cookies }: HopAddress,
  destination: string,
  { name = FIRST_PARTY_COOKIE, domain, maxAgeSeconds }: FirstPartyCookieOptions = {},
): string {
  // Of the address only the host matters, which a stranger may send as anything.
  return hopCookie({ url: 'http://hop/', headers: { host, cookie: cookies } }, clickId, {
    name,
    domain: domain ?? sharedDomain(host, new URL(destination).hostname),
    secure,
    windowSeconds: maxAgeSeconds,
    // It was made just now.
    now: () => idTime(clickId),
  });
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
