import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';

/**
 * The offer a click goes to: one of the active ones, by weight.
 *
 * @param random Uniform in [0, 1).
 */
export function chooseOffer(campaign: CatalogCampaign, random: () => number): CatalogOffer | undefined {
  const active = campaign.offers.filter(({ offer, weight }) => weight > 0 && offer.row.status === 'active');
  if (active.length < 2) return active[0]?.offer;
  const total = active.reduce((sum, { weight }) => sum + weight, 0);
  let point = random() * total;
  for (const { offer, weight } of active) {
    point -= weight;
    if (point < 0) return offer;
  }
  return active[active.length - 1]?.offer;
}
