import { type FindOptionsWhere, IsNull, MoreThan } from 'typeorm';
import type { AdvertiserSecret } from './advertiser-secret.entity.js';

/** Selects the secrets that prove something at a time, in epoch milliseconds. */
export function activeSecrets(now: number): FindOptionsWhere<AdvertiserSecret>[] {
  return [{ expiresAt: IsNull() }, { expiresAt: MoreThan(now) }];
}
