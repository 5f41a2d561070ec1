import type { IntakeResult } from '../conversions/intake.js';
import type { HttpReply } from '../http/http-reply.js';
import { outcomeHeaders } from '../postbacks/outcome-headers.js';

/** A transparent GIF of one pixel (GIF89a). */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

/** The image, whatever became of the conversion: a page shows no broken picture for it. */
export function gifReply(result: IntakeResult): HttpReply {
  return {
    status: 200,
    headers: { 'content-type': 'image/gif', 'content-length': String(GIF.length), ...pixelHeaders(result) },
    bytes: GIF,
  };
}

/** A script that does nothing, for pages that may load scripts from here and no images. */
export function scriptReply(result: IntakeResult): HttpReply {
  return {
    status: 200,
    headers: { 'content-type': 'text/javascript; charset=utf-8', ...pixelHeaders(result) },
    body: '',
  };
}

/** Nothing, for `navigator.sendBeacon`. */
export function beaconReply(result: IntakeResult): HttpReply {
  return { status: 204, headers: pixelHeaders(result) };
}

/**
 * Any page may embed a pixel and see its outcome. With `*` and without `Access-Control-Allow-Credentials` no script of
 * another origin can read an answer that a visitor's cookies had a part in.
 */
function pixelHeaders(result: IntakeResult): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'tallyback-outcome, tallyback-reason',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    ...outcomeHeaders(result),
  };
}
