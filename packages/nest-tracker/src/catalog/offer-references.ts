import { type EntityManager, In } from 'typeorm';
import { Campaign } from './campaign.entity.js';
import type { CatalogFault } from './catalog-error.js';
import type { OfferDto } from './catalog-seed.dto.js';
import { couponKey } from './coupon.js';
import { Offer } from './offer.entity.js';
import { Partner } from './partner.entity.js';

/**
 * What is wrong with the partners, campaigns and coupons that offers name, once everything of the seed is in the
 * transaction.
 */
export async function offerReferenceFaults(
  manager: EntityManager,
  seeded: readonly OfferDto[],
): Promise<CatalogFault[]> {
  const rules = seeded.flatMap(({ payout = [] }) => payout);
  const coupons = seeded.flatMap(({ coupons = [] }) => coupons);
  if (coupons.length === 0 && !rules.some(({ partner, campaign }) => partner ?? campaign)) return [];
  const keysOf = (keys: readonly (string | undefined)[]) => ({ key: In(keys.filter((key) => key !== undefined)) });
  const partners = await manager.findBy(Partner, keysOf(rules.map(({ partner }) => partner)));
  const named = [...rules, ...coupons].map(({ campaign }) => campaign);
  const campaigns = new Map((await manager.findBy(Campaign, keysOf(named))).map((row) => [row.key, row]));
  const partnerKeys = new Set(partners.map(({ key }) => key));
  const owners = await couponOwners(manager, seeded);
  const faults: CatalogFault[] = [];
  const unknown = (path: string, key: string) =>
    faults.push({ path, message: `"${key}" is neither in this catalog nor in the database` });
  for (const [o, offer] of seeded.entries()) {
    for (const [r, { partner, campaign }] of (offer.payout ?? []).entries()) {
      const path = `offers[${o}].payout[${r}]`;
      if (partner !== undefined && !partnerKeys.has(partner)) unknown(`${path}.partner`, partner);
      if (campaign !== undefined && !campaigns.has(campaign)) unknown(`${path}.campaign`, campaign);
    }
    for (const [c, { code, campaign }] of (offer.coupons ?? []).entries()) {
      const path = `offers[${o}].coupons[${c}]`;
      const row = campaigns.get(campaign);
      if (!row) unknown(`${path}.campaign`, campaign);
      else if (!row.offers.some(({ offer: key }) => key === offer.key)) {
        faults.push({
          path: `${path}.campaign`,
          message: `campaign "${campaign}" does not run the offer "${offer.key}"`,
        });
      }
      const others = (owners.get(ownerKey(offer.advertiser, code)) ?? []).filter((key) => key !== offer.key);
      if (others.length > 0)
        faults.push({ path: `${path}.code`, message: `is a coupon of the offer "${others[0]}" too` });
    }
  }
  return faults;
}

/** Keys of the offers that have a code, by advertiser and code, of everything that will stand after this seed. */
async function couponOwners(manager: EntityManager, seeded: readonly OfferDto[]): Promise<Map<string, string[]>> {
  const advertiserOf = new Map(seeded.map(({ key, advertiser }) => [key, advertiser]));
  const rows = await manager.findBy(Offer, { key: In([...advertiserOf.keys()]) });
  const keyOfId = new Map(rows.map(({ key, advertiserId }) => [advertiserId, advertiserOf.get(key) ?? '']));
  const owners = new Map<string, string[]>();
  for (const offer of await manager.findBy(Offer, { advertiserId: In([...keyOfId.keys()]) })) {
    for (const { code } of offer.coupons) {
      const key = ownerKey(keyOfId.get(offer.advertiserId) ?? '', code);
      owners.set(key, [...(owners.get(key) ?? []), offer.key]);
    }
  }
  return owners;
}

function ownerKey(advertiser: string, code: string): string {
  return `${advertiser} ${couponKey(code)}`;
}
