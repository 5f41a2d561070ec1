import type { EntityManager } from 'typeorm';
import type { PartnerPostbackOptions } from '../partner-postbacks/postback-faults.js';
import { CatalogError } from './catalog-error.js';
import type { CatalogKind, CatalogList } from './catalog-kinds.js';
import type { CatalogSeed } from './catalog-seed.dto.js';
import { offersWithCouponsOf } from './catalog-uses.js';
import { parseSeed } from './parse-seed.js';

/** One object, checked as an entry of a seed is, as a catalog of nothing else. */
export interface ParsedObject {
  readonly key: string;
  readonly catalog: CatalogSeed;
}

/** What an update cannot change, because its answer could never show it. */
const ROTATED = ['secrets', 'publicKeys', 'token'];

/**
 * Reads one object.
 *
 * @param key Of the object that is updated; undefined for a new one.
 * @param postbacks The module's options for partner postbacks.
 * @throws CatalogError with every fault; paths begin at the object.
 */
export function parseObject(
  { list, name }: CatalogKind,
  body: Record<string, unknown>,
  key: string | undefined,
  postbacks: PartnerPostbackOptions | undefined,
): ParsedObject {
  if (key !== undefined && body.key !== key) {
    throw new CatalogError([{ path: 'key', message: `cannot be changed: this is "${key}"` }]);
  }
  const rotated = key === undefined ? [] : ROTATED.filter((field) => name === 'advertiser' && field in body);
  if (rotated.length > 0) {
    const message = `is changed at /v1/advertisers/${key}/${rotated[0] === 'token' ? 'token' : 'secrets'}, not here`;
    throw new CatalogError(rotated.map((path) => ({ path, message })));
  }
  const nul = Object.keys(body).find((field) => JSON.stringify([field, body[field]]).includes('\\u0000'));
  if (nul !== undefined)
    throw new CatalogError([{ path: nul, message: 'has a NUL character, which cannot be stored' }]);
  try {
    return { key: String(body.key), catalog: parseSeed({ [list]: [body] }, postbacks) };
  } catch (error) {
    throw withinObject(list, error);
  }
}

/** An error whose faults, if it has any, have paths that begin at the object. */
export function withinObject(list: CatalogList | 'webhooks', error: unknown): unknown {
  if (!(error instanceof CatalogError)) return error;
  const prefix = `${list}[0]`;
  return new CatalogError(
    error.faults.map(({ path, message }) => ({
      path: path.startsWith(prefix) ? path.slice(prefix.length).replace(/^\./, '') : path,
      message,
    })),
  );
}

/**
 * Checks that campaigns still run the offers whose coupons name them.
 *
 * @throws CatalogError
 */
export async function requireCoupons(manager: EntityManager, { campaigns = [] }: CatalogSeed): Promise<void> {
  for (const { key, offers } of campaigns) {
    const left = (await offersWithCouponsOf(manager, key)).filter(
      (offer) => !offers.some((run) => run.offer === offer.key),
    );
    const faults = left.map((offer) => ({
      path: 'offers',
      message: `must have the offer "${offer.key}", whose coupons belong to this campaign`,
    }));
    if (faults.length > 0) throw new CatalogError(faults);
  }
}
