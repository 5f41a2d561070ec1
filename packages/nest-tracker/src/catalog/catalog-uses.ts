import { type EntityManager, IsNull } from 'typeorm';
import { Campaign } from './campaign.entity.js';
import type { CatalogKind, CatalogRow } from './catalog-kinds.js';
import { Offer } from './offer.entity.js';

/** What in use refers to an object, in words; nothing when it may be archived. */
export async function usesOf(manager: EntityManager, kind: CatalogKind, row: CatalogRow): Promise<string[]> {
  const inUse = { archivedAt: IsNull() };
  const quoted = (name: string, rows: readonly { key: string }[]) => rows.map(({ key }) => `${name} "${key}"`);
  if (kind.name === 'advertiser') {
    return quoted('offer', await manager.findBy(Offer, { ...inUse, advertiserId: row.id }));
  }
  if (kind.name === 'partner') {
    return quoted('campaign', await manager.findBy(Campaign, { ...inUse, partnerId: row.id }));
  }
  if (kind.name === 'offer') {
    const campaigns = await manager.findBy(Campaign, inUse);
    return quoted(
      'campaign',
      campaigns.filter(({ offers }) => offers.some(({ offer }) => offer === row.key)),
    );
  }
  return quoted('coupons of offer', await offersWithCouponsOf(manager, row.key));
}

/** Offers in use with a coupon that belongs to a campaign. */
export async function offersWithCouponsOf(manager: EntityManager, campaign: string): Promise<Offer[]> {
  const offers = await manager.findBy(Offer, { archivedAt: IsNull() });
  return offers.filter(({ coupons }) => coupons.some((coupon) => coupon.campaign === campaign));
}
