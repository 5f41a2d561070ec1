import { createId } from '@tallyback/protocol';
import { type EntityManager, In, IsNull, Not } from 'typeorm';
import { AdvertiserSecret } from './advertiser-secret.entity.js';
import type { SecretKind, SecretSource } from './catalog.js';
import type { AdvertiserDto } from './catalog-seed.dto.js';
import { hashToken } from './hash-token.js';

/** The row of a secret, key or token. */
export function secretRow(
  advertiserId: string,
  kind: SecretKind,
  value: string,
  source: SecretSource,
  now: number,
): AdvertiserSecret {
  const row = new AdvertiserSecret();
  row.id = createId(now);
  row.advertiserId = advertiserId;
  row.kind = kind;
  row.fingerprint = hashToken(value);
  row.value = kind === 'token' ? null : value;
  // Of a short token four characters would be too much of it.
  row.hint = value.length < 16 ? '…' : `…${value.slice(-4)}`;
  row.source = source;
  row.createdAt = now;
  row.expiresAt = null;
  return row;
}

/** The secrets, keys and token of an advertiser as it is written. */
export type GivenSecrets = Pick<AdvertiserDto, 'secrets' | 'publicKeys' | 'token'>;

function rowsOf(
  advertiserId: string,
  { secrets = [], publicKeys = [], token }: GivenSecrets,
  source: SecretSource,
  now: number,
): AdvertiserSecret[] {
  const row = (kind: SecretKind) => (value: string) => secretRow(advertiserId, kind, value, source, now);
  return [
    ...secrets.map(row('secret')),
    ...publicKeys.map(row('publicKey')),
    ...(token === undefined ? [] : [token].map(row('token'))),
  ];
}

/** Adds the secrets of an advertiser that a management route makes. */
export async function addSecrets(
  manager: EntityManager,
  advertiserId: string,
  given: GivenSecrets,
  now: number,
): Promise<void> {
  const rows = rowsOf(advertiserId, given, 'management', now);
  if (rows.length > 0) await manager.insert(AdvertiserSecret, rows);
}

/**
 * Makes an advertiser's secrets that came from the seed equal to what the seed lists. What was added by a management
 * route stays, and what was revoked there stays revoked, even if the seed still lists it.
 */
export async function applySeedSecrets(
  manager: EntityManager,
  advertiserId: string,
  given: GivenSecrets,
  now: number,
): Promise<void> {
  const rows = rowsOf(advertiserId, given, 'seed', now);
  const repository = manager.getRepository(AdvertiserSecret);
  if (rows.length > 0)
    await repository.createQueryBuilder().insert().values(rows).orIgnore().updateEntity(false).execute();
  const listed = rows.map(({ fingerprint }) => fingerprint);
  await repository.delete({ advertiserId, source: 'seed', expiresAt: IsNull(), fingerprint: Not(In(listed)) });
}
