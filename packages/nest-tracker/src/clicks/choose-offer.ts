import { createHash } from 'node:crypto';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import { offerScope, partnerScope } from '../conversions/working-set/counter-keys.js';
import type { ReachedCaps } from './cap-watch.js';

/** An offer that takes a campaign's visitors, with its share of them. */
export type WeightedOffer = CatalogCampaign['offers'][number];

/** The offers of a campaign that take visitors now: active, not expired, neither they nor the partner capped. */
export function openOffers(campaign: CatalogCampaign, reached: ReachedCaps, now: number): readonly WeightedOffer[] {
  if (campaign.row.status !== 'active' || reached.has(partnerScope(campaign.row.partnerId).scope)) return [];
  return campaign.offers.filter(({ offer, weight }) => {
    const { status, expiresAt, id } = offer.row;
    if (weight <= 0 || status !== 'active') return false;
    return (expiresAt === null || now < Date.parse(expiresAt)) && !reached.has(offerScope(id).scope);
  });
}

/**
 * One of the offers, by weight.
 *
 * @param random Uniform in [0, 1).
 */
export function chooseOffer(open: readonly WeightedOffer[], random: () => number): CatalogOffer | undefined {
  if (open.length < 2) return open[0]?.offer;
  const total = open.reduce((sum, { weight }) => sum + weight, 0);
  let point = random() * total;
  for (const { offer, weight } of open) {
    point -= weight;
    if (point < 0) return offer;
  }
  return open[open.length - 1]?.offer;
}

/**
 * The same one for the same visitor, by weight over all visitors (weighted rendezvous hashing): when an offer comes or
 * goes, only the visitors who move to it or have to leave it see another one.
 *
 * @param visitor Says who it is.
 */
export function stickyOffer(open: readonly WeightedOffer[], visitor: string): CatalogOffer | undefined {
  if (open.length < 2) return open[0]?.offer;
  let best: CatalogOffer | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const { offer, weight } of open) {
    const digest = createHash('sha256').update(`${visitor}\n${offer.row.id}`).digest();
    // In (0, 1): 48 bits, and never 0, whose logarithm there is not.
    const point = (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48;
    const score = -weight / Math.log(point);
    if (score > most) [best, most] = [offer, score];
  }
  return best;
}
