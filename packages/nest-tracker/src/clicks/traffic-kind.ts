/** `click`: a person's visit. `prefetch`: loaded ahead by the browser. `head`: a look at the headers only. */
export type TrafficKind = 'click' | 'prefetch' | 'head';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Tells a visit from traffic that only looks like one. Browsers announce speculative loads by `Sec-Purpose: prefetch`
 * (Fetch Standard; `prefetch;prerender` for prerendering), older ones by `Purpose` or `X-Moz`.
 */
export function trafficKind(method: string, headers: Headers): TrafficKind {
  if (method === 'HEAD') return 'head';
  const purpose = headers['sec-purpose'] ?? headers.purpose ?? headers['x-purpose'] ?? headers['x-moz'];
  return typeof purpose === 'string' && /prefetch|prerender|preview/i.test(purpose) ? 'prefetch' : 'click';
}
