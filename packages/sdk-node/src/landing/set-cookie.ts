import { isIP } from 'node:net';

/** Where and how a click cookie is written. */
export interface CookiePlace {
  readonly name: string;
  /** Host as the browser sees it, with or without a port. */
  readonly host: string;
  readonly domain: string | undefined;
  readonly secure: boolean;
}

/** Browsers keep no cookie longer. */
const MAX_AGE_SECONDS = 400 * 86_400;
const MAX_PARENTS = 8;

/** The `Set-Cookie` that keeps a text until a time in milliseconds since 1970. */
export function keepingCookie(place: CookiePlace, text: string, until: number, now: number): string {
  const seconds = Math.min(Math.ceil((until - now) / 1000), MAX_AGE_SECONDS);
  return setCookie(place, text, seconds, place.domain);
}

/**
 * The `Set-Cookie`s that remove it. Removal has to name the very domain of the writing, which the first-party hop may have
 * chosen otherwise, so it tries the host and all domains above it; browsers ignore what they would not let it set.
 */
export function removingCookies(place: CookiePlace): string[] {
  const host = place.host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  const labels = isIP(host) || !/^[a-z0-9.-]+$/.test(host) ? [] : host.split('.');
  const parents = labels.map((_, i) => labels.slice(i).join('.')).filter((domain) => domain.includes('.'));
  const domains = new Set([undefined, place.domain, ...parents.slice(-MAX_PARENTS)]);
  return [...domains].map((domain) => setCookie(place, '', 0, domain));
}

function setCookie({ name, secure }: CookiePlace, value: string, maxAge: number, domain: string | undefined): string {
  return [
    `${name}=${value}`,
    'Path=/',
    `Max-Age=${maxAge}`,
    ...(domain ? [`Domain=${domain}`] : []),
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
  ].join('; ');
}

/** Every value that a `Cookie` header has under a name; a cookie may be there twice, for the host and for its domain. */
export function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals !== -1 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : [];
  });
}
