import type { CatalogOffer } from '../catalog/catalog-snapshot.js';

/** Parameters of a click URL that may name a page of the shop. */
export const DEEP_LINK_PARAMETERS = ['to', 'url'] as const;
/** Longest address of a page. */
export const MAX_DEEP_LINK = 2048;

/**
 * The page of the shop that a click URL asks for, where the offer lists its host; undefined for every other address, so
 * that nobody is sent to a place that was not configured. Judged by the parser that browsers follow (WHATWG URL), and
 * handed on as that parser writes it.
 */
export function deepLink({ row }: CatalogOffer, query: Readonly<Record<string, string>> | null): URL | undefined {
  const hosts = row.deepLinks?.hosts;
  if (!hosts || !query) return undefined;
  for (const name of DEEP_LINK_PARAMETERS) {
    const text = Object.hasOwn(query, name) ? query[name] : undefined;
    // A scheme and two slashes, as people write it: what parsers read into the rest differs.
    if (text === undefined || !/^https?:\/\/[^/\\]/i.test(text) || !URL.canParse(text)) continue;
    const url = new URL(text);
    const isPlain = url.username === '' && url.password === '';
    const isSafe = url.protocol === 'https:' || row.destination.toLowerCase().startsWith('http:');
    if (isPlain && isSafe && hosts.some((host) => matches(url.host, host))) return url;
  }
  return undefined;
}

/** `shop.example` is that host alone, `*.shop.example` every one below it; a port has to be named. */
function matches(host: string, listed: string): boolean {
  return listed.startsWith('*.') ? host.endsWith(listed.slice(1)) : host === listed;
}
