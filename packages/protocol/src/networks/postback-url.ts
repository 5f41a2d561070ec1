import { percentEncode } from '../percent-encoding.js';
import type { SendResult } from './network.js';

/** A parameter; one whose value is `undefined` is left out. */
export type UrlParameter = readonly [name: string, value: string | undefined];

/** A GET of `base` and `path` with the parameters in this order. */
export function getRequest(base: string, path: string, parameters: readonly UrlParameter[]): SendResult {
  const query = parameters
    .filter((parameter): parameter is readonly [string, string] => parameter[1] !== undefined)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
  return { ok: true, request: { method: 'GET', url: `${base}${path}?${query}` } };
}
