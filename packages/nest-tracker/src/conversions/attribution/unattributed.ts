import { Click } from '../../clicks/click.entity.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { Conversion } from '../conversion.entity.js';

/** What says whether an unattributed conversion may not stay one. */
export interface Unattributed {
  readonly id: string;
  readonly claimedClickId: string | null;
  readonly clickFound: boolean;
  readonly hasCoupon: boolean;
}

/** An unattributed conversion that may not stay one: its click is there, or it has a coupon code. */
export interface Candidate {
  readonly conversion: Conversion;
  readonly clickFound: boolean;
}

/** Rows that are read at once: so few that nobody waits for it, where there may be hundreds of thousands. */
const PAGE = 500;

/** The next unattributed conversions after an id, oldest first; nothing when there are no more. */
export async function readUnattributed({ manager }: TrackerStorage, after: string): Promise<Unattributed[]> {
  const rows = await manager
    .createQueryBuilder(Conversion, 'v')
    .leftJoin(Click, 'k', 'k.id = v.claimedClickId')
    .select('v.id', 'id')
    .addSelect('v.claimedClickId', 'claimed')
    .addSelect('v.couponCode', 'coupon')
    .addSelect('k.id', 'found')
    .where('v.offerId IS NULL AND v.id > :after', { after })
    .orderBy('v.id')
    .limit(PAGE)
    .getRawMany<{ id: string; claimed: string | null; coupon: string | null; found: string | null }>();
  return rows.map(({ id, claimed, coupon, found }) => ({
    id,
    claimedClickId: claimed,
    clickFound: found !== null,
    hasCoupon: coupon !== null,
  }));
}

/** Those of some conversions that are still unattributed, oldest first. */
export async function findCandidates({ manager }: TrackerStorage, ids: readonly string[]): Promise<Candidate[]> {
  const { entities, raw } = await manager
    .createQueryBuilder(Conversion, 'v')
    .leftJoin(Click, 'k', 'k.id = v.claimedClickId')
    .addSelect('k.id', 'found_click')
    .where('v.offerId IS NULL AND v.id IN (:...ids)', { ids })
    .orderBy('v.id')
    .getRawAndEntities<{ found_click: string | null }>();
  return entities.map((conversion, i) => ({ conversion, clickFound: Boolean(raw[i]?.found_click) }));
}
