import { cleanText } from '../clicks/click-parameters.js';
import type { Keep } from './keep-ip.js';

const MAX_LENGTH = 512;
/** A version with its parts after the first: `130.0.6723.91`, `17_4_1`. */
const VERSION = /(?<!\w)(\d+)((?:[._]\d+)+)/g;
/** The firmware that Android browsers name: ` Build/UP1A.231005.007`. */
const BUILD = / Build\/[^;)\s]+/gi;

/**
 * The user agent as the privacy setting keeps it. `truncate` does what browsers' own reduction does (only the first part
 * of a version stays): browser, system and kind of device can still be told, one visitor from another hardly.
 *
 * @param hash Used for `hash`.
 */
export function keepUserAgent(
  userAgent: string | undefined,
  keep: Keep,
  hash: (userAgent: string) => string,
): string | null {
  if (!userAgent || keep === 'none') return null;
  if (keep === 'hash') return hash(userAgent);
  if (keep === 'full') return cleanText(userAgent, MAX_LENGTH);
  const reduced = userAgent
    .replaceAll(BUILD, '')
    .replaceAll(VERSION, (_, major: string, minor: string) => `${major}${minor.replaceAll(/\d+/g, '0')}`);
  return cleanText(reduced, MAX_LENGTH);
}
