import { createHash } from 'node:crypto';

/** A token is stored as its digest: whoever reads the database cannot send postbacks with it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
