import { createHmac } from 'node:crypto';

const DAY_MS = 86_400_000;

/**
 * What unique clicks are counted by: a keyed hash of address and user agent that changes every UTC day, so that nobody
 * can be followed from one day to the next or be found from the stored value without the key.
 */
export function visitorHash(key: Buffer, ip: string | undefined, userAgent: string | undefined, now: number): string {
  return createHmac('sha256', key)
    .update(`${Math.floor(now / DAY_MS)}\n${ip ?? ''}\n${userAgent ?? ''}`)
    .digest('base64url')
    .slice(0, 22);
}
