import { createId } from '@tallyback/protocol';
import type { EntityManager, EntityTarget } from 'typeorm';
import type { PartnerPostbackOptions } from '../partner-postbacks/postback-faults.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { Advertiser } from './advertiser.entity.js';
import { Campaign } from './campaign.entity.js';
import { CatalogError, type CatalogFault } from './catalog-error.js';
import type { CatalogSeed } from './catalog-seed.dto.js';
import { Offer } from './offer.entity.js';
import { offerReferenceFaults } from './offer-references.js';
import { parseSeed } from './parse-seed.js';
import { Partner } from './partner.entity.js';
import { payoutRuleOf } from './payout-rule.dto.js';
import { applySeedSecrets } from './seed-secrets.js';

/**
 * Applies a catalog by key, as often as one likes: what is there is brought up to date, what is new is added, what the
 * seed does not name is left alone.
 *
 * @throws CatalogError with the path of every fault; then nothing was stored.
 */
export async function applySeed(
  storage: TrackerStorage,
  value: unknown,
  now: () => number,
  postbacks?: PartnerPostbackOptions,
): Promise<void> {
  const seed = parseSeed(value, postbacks);
  await storage.transaction((manager) => new SeedTransaction(manager, now()).apply(seed));
}

class SeedTransaction {
  private readonly faults: CatalogFault[] = [];

  constructor(
    private readonly manager: EntityManager,
    private readonly now: number,
  ) {}

  async apply({ advertisers = [], offers = [], partners = [], campaigns = [] }: CatalogSeed): Promise<void> {
    for (const [i, { key, name, accept, ipAllow, rateLimit, compat, ...secrets }] of advertisers.entries()) {
      await this.put(Advertiser, key, {
        name: name ?? key,
        accept: accept ?? ['signature'],
        ipAllow: ipAllow ?? [],
        rateLimit: rateLimit ? { ...rateLimit } : null,
        compat: { ...compat },
      });
      const id = await this.reference(Advertiser, key, `advertisers[${i}].key`);
      await applySeedSecrets(this.manager, id, secrets, this.now);
    }
    for (const { key, name, clickIdParameter, postbacks, caps } of partners) {
      await this.put(Partner, key, {
        name: name ?? key,
        clickIdParameter: clickIdParameter ?? 'external_id',
        postbacks: postbacks ?? [],
        caps: { ...caps },
      });
    }
    for (const [i, offer] of offers.entries()) {
      const advertiser = await this.reference(Advertiser, offer.advertiser, `offers[${i}].advertiser`);
      await this.put(Offer, offer.key, {
        advertiserId: advertiser,
        name: offer.name ?? offer.key,
        status: offer.status ?? 'active',
        destination: offer.destination,
        currency: offer.currency,
        payout: (offer.payout ?? []).map(payoutRuleOf),
        events: offer.events ?? null,
        duplicates: { ...offer.duplicates },
        window: { ...offer.window },
        caps: { ...offer.caps },
        attribution: offer.attribution ?? 'last',
        coupons: (offer.coupons ?? []).map(({ code, campaign }) => ({ code, campaign })),
        defaultStatus: offer.defaultStatus ?? 'approved',
        allowPayoutOverride: offer.allowPayoutOverride ?? false,
        allowNegative: offer.allowNegative ?? false,
        payoutIsRevenue: offer.payoutIsRevenue ?? false,
      });
    }
    for (const [i, campaign] of campaigns.entries()) {
      const partner = await this.reference(Partner, campaign.partner, `campaigns[${i}].partner`);
      for (const [o, { offer }] of campaign.offers.entries()) {
        await this.reference(Offer, offer, `campaigns[${i}].offers[${o}].offer`);
      }
      await this.put(Campaign, campaign.key, {
        name: campaign.name ?? campaign.key,
        status: campaign.status ?? 'active',
        partnerId: partner,
        offers: campaign.offers.map(({ offer, weight }) => ({ offer, weight: weight ?? 1 })),
        redirect: campaign.redirect ?? 302,
        fallbackUrl: campaign.fallbackUrl ?? null,
        postbacks: campaign.postbacks ?? null,
      });
    }
    this.faults.push(...(await offerReferenceFaults(this.manager, offers)));
    if (this.faults.length > 0) throw new CatalogError(this.faults);
  }

  private async put<Row extends CatalogRow>(entity: EntityTarget<Row>, key: string, values: object): Promise<void> {
    const repository = this.manager.getRepository<CatalogRow>(entity as EntityTarget<CatalogRow>);
    const row = { ...values, key, updatedAt: this.now };
    // Two processes may apply one seed at the same time: whoever comes second updates what the first inserted.
    await repository
      .createQueryBuilder()
      .insert()
      .values({ ...row, id: createId(this.now), createdAt: this.now })
      .orIgnore()
      .updateEntity(false)
      .execute();
    await repository.update({ key }, row);
  }

  private async reference<Row extends CatalogRow>(
    entity: EntityTarget<Row>,
    key: string,
    path: string,
  ): Promise<string> {
    const repository = this.manager.getRepository<CatalogRow>(entity as EntityTarget<CatalogRow>);
    const row = await repository.findOneBy({ key });
    if (row) return row.id;
    this.faults.push({ path, message: `"${key}" is neither in this catalog nor in the database` });
    return '';
  }
}

// A type, not an interface: TypeORM wants what is assignable to an index signature.
type CatalogRow = { id: string; key: string; createdAt: number; updatedAt: number };
