import { createHash } from 'node:crypto';
import { createId } from '@tallyback/protocol';
import type { EntityManager, EntityTarget } from 'typeorm';
import type { PartnerPostbackOptions } from '../partner-postbacks/postback-faults.js';
import { withKeys } from '../partner-postbacks/postback-keys.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { Webhook } from '../webhooks/webhook.entity.js';
import { WEBHOOK_EVENTS } from '../webhooks/webhook.js';
import { Advertiser } from './advertiser.entity.js';
import { Campaign } from './campaign.entity.js';
import type { KeyedPostback, PartnerPostback, SecretSource } from './catalog.js';
import { CatalogError, type CatalogFault } from './catalog-error.js';
import { lockCatalog } from './catalog-lock.js';
import type { CatalogSeed } from './catalog-seed.dto.js';
import { Offer } from './offer.entity.js';
import { offerReferenceFaults } from './offer-references.js';
import { parseSeed } from './parse-seed.js';
import { Partner } from './partner.entity.js';
import { payoutRuleOf } from './payout-rule.dto.js';
import { addSecrets, applySeedSecrets } from './seed-secrets.js';

/**
 * Applies a catalog by key, as often as one likes: what is new is added, what the seed says differently than the last
 * time is brought up to date, what the seed does not name is left alone. An entry that says the same as the last time is
 * left as it is, so that a restart does not undo what a management route has changed since.
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
  await storage.transaction(async (manager) => {
    await lockCatalog(manager, storage);
    await writeCatalog(manager, seed, now(), 'seed');
  });
}

/**
 * Writes a catalog that has been parsed, inside a transaction that holds the catalog's lock.
 *
 * @throws CatalogError for what it names and is not there.
 */
export function writeCatalog(
  manager: EntityManager,
  catalog: CatalogSeed,
  now: number,
  source: SecretSource,
): Promise<void> {
  return new CatalogTransaction(manager, now, source).apply(catalog);
}

class CatalogTransaction {
  private readonly faults: CatalogFault[] = [];

  constructor(
    private readonly manager: EntityManager,
    private readonly now: number,
    private readonly source: SecretSource,
  ) {}

  async apply({
    advertisers = [],
    offers = [],
    partners = [],
    campaigns = [],
    webhooks = [],
  }: CatalogSeed): Promise<void> {
    for (const [i, { key, name, accept, ipAllow, rateLimit, compat, ...secrets }] of advertisers.entries()) {
      await this.put(Advertiser, key, {
        name: name ?? key,
        accept: accept ?? ['signature'],
        ipAllow: ipAllow ?? [],
        rateLimit: rateLimit ? { ...rateLimit } : null,
        compat: { ...compat },
      });
      const id = await this.reference(Advertiser, key, `advertisers[${i}].key`);
      if (this.source === 'seed') await applySeedSecrets(this.manager, id, secrets, this.now);
      else await addSecrets(this.manager, id, secrets, this.now);
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
        deepLinks: offer.deepLinks ? { hosts: [...offer.deepLinks.hosts] } : null,
        expiresAt: offer.expiresAt ?? null,
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
        sticky: campaign.sticky ?? false,
        rotation: campaign.rotation ?? 'weighted',
        learning: campaign.learning ? { ...campaign.learning } : null,
        fallbackUrl: campaign.fallbackUrl ?? null,
        postbacks: campaign.postbacks ?? null,
      });
    }
    for (const { key, url, events, secret, allowHttp } of webhooks) {
      const values = { url, events: events ?? [...WEBHOOK_EVENTS], secret, allowHttp: allowHttp ?? false };
      await this.put(Webhook as unknown as EntityTarget<CatalogRow>, key, values);
    }
    this.faults.push(...(await offerReferenceFaults(this.manager, offers)));
    if (this.faults.length > 0) throw new CatalogError(this.faults);
  }

  private async put<Row extends CatalogRow>(entity: EntityTarget<Row>, key: string, values: object): Promise<void> {
    const repository = this.manager.getRepository<CatalogRow>(entity as EntityTarget<CatalogRow>);
    const standing = await repository.findOneBy({ key });
    const seedFingerprint = this.source === 'seed' ? fingerprintOf(values) : (standing?.seedFingerprint ?? null);
    if (standing && this.source === 'seed' && standing.seedFingerprint === seedFingerprint) return;
    const row = { ...keyed(values, standing), key, seedFingerprint, updatedAt: this.now };
    if (standing) await repository.update({ key }, row);
    else await repository.insert({ ...row, id: createId(this.now), archivedAt: null, createdAt: this.now });
  }

  private async reference<Row extends CatalogRow>(
    entity: EntityTarget<Row>,
    key: string,
    path: string,
  ): Promise<string> {
    const repository = this.manager.getRepository<CatalogRow>(entity as EntityTarget<CatalogRow>);
    const row = await repository.findOneBy({ key });
    if (!row) this.faults.push({ path, message: `"${key}" is neither in this catalog nor in the database` });
    // A seed that still names what people have archived must not stop the boot.
    else if (row.archivedAt !== null && this.source === 'management') {
      this.faults.push({ path, message: `"${key}" is archived; restore it first` });
    }
    return row?.id ?? '';
  }
}

// A type, not an interface: TypeORM wants what is assignable to an index signature.
type CatalogRow = {
  id: string;
  key: string;
  seedFingerprint: string | null;
  archivedAt: number | null;
  createdAt: number;
  updatedAt: number;
};

/** After the fingerprint was taken: a seed without keys says the same whatever keys there are. */
function keyed(values: { postbacks?: PartnerPostback[] | null }, standing: object | null): object {
  if (!values.postbacks) return values;
  const { postbacks } = (standing ?? {}) as { postbacks?: KeyedPostback[] | null };
  return { ...values, postbacks: withKeys(values.postbacks, postbacks ?? []) };
}

function fingerprintOf(values: object): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}
