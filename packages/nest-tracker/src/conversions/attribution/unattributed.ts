import { Click } from '../../clicks/click.entity.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { Conversion } from '../conversion.entity.js';

/** An unattributed conversion that may not stay one: its click is there, or it has a coupon code. */
export interface Candidate {
  readonly conversion: Conversion;
  readonly clickFound: boolean;
}

const PAGE = 500;

/**
 * Which unattributed conversions to look at: some by id, or all from an id on. Shops send codes of their own with every
 * order, so those with a coupon alone are looked at from another id on: codes appear when the catalog changes.
 */
export type Wanted = { readonly ids: readonly string[] } | { readonly after: string; readonly couponsAfter: string };

/** Finds conversions to be attributed, oldest first; at most a page of them. */
export async function findCandidates({ manager }: TrackerStorage, wanted: Wanted): Promise<Candidate[]> {
  const query = manager
    .createQueryBuilder(Conversion, 'v')
    .leftJoin(Click, 'k', 'k.id = v.claimedClickId')
    .addSelect('k.id', 'found_click')
    .where('v.offerId IS NULL')
    .orderBy('v.id')
    .limit(PAGE);
  if ('ids' in wanted) query.andWhere('v.id IN (:...ids)', wanted);
  else {
    query.andWhere('v.id > :after', wanted);
    query.andWhere('(k.id IS NOT NULL OR (v.couponCode IS NOT NULL AND v.id > :couponsAfter))', wanted);
  }
  const { entities, raw } = await query.getRawAndEntities<{ found_click: string | null }>();
  return entities.map((conversion, i) => ({ conversion, clickFound: Boolean(raw[i]?.found_click) }));
}

/** Unattributed conversions that name a click, newest first: their clicks may come any moment. */
export function findClaims({ manager }: TrackerStorage, after: string, most: number): Promise<Conversion[]> {
  return manager
    .createQueryBuilder(Conversion, 'v')
    .where('v.offerId IS NULL AND v.claimedClickId IS NOT NULL AND v.id > :after', { after })
    .orderBy('v.id', 'DESC')
    .limit(most)
    .getMany();
}
