import { createHash } from 'node:crypto';
import { BlockList } from 'node:net';
import {
  CLICK_MACROS,
  compileUrlTemplate,
  createUrlVerifier,
  createVerifier,
  type Template,
  type UrlVerifier,
  type Verifier,
} from '@tallyback/protocol';
import type { Webhook } from '../webhooks/webhook.entity.js';
import type { Advertiser } from './advertiser.entity.js';
import type { AdvertiserSecret } from './advertiser-secret.entity.js';
import type { Campaign } from './campaign.entity.js';
import type { SecretKind } from './catalog.js';
import { addAddressRange } from './catalog-validators.js';
import { couponKey } from './coupon.js';
import type { Offer } from './offer.entity.js';
import type { Partner } from './partner.entity.js';

/** An advertiser with everything ready that proving a sender needs. */
export interface CatalogAdvertiser {
  readonly row: Advertiser;
  /** Undefined when the advertiser has no key that could sign a message. */
  readonly verifier: Verifier | undefined;
  readonly urlVerifier: UrlVerifier | undefined;
  readonly addresses: BlockList;
  readonly tokens: readonly CatalogToken[];
}

/** A static token. */
export interface CatalogToken {
  /** SHA-256 of the token. */
  readonly hash: Buffer;
  /** Epoch milliseconds from which on it is refused; null while it has not been replaced. */
  readonly expiresAt: number | null;
}

/** An offer with its compiled destination. */
export interface CatalogOffer {
  readonly row: Offer;
  readonly advertiser: CatalogAdvertiser;
  readonly destination: Template;
  /** Host name of the destination. */
  readonly host: string;
}

/** A campaign with its partner and offers resolved. */
export interface CatalogCampaign {
  readonly row: Campaign;
  readonly partner: Partner;
  readonly offers: readonly { readonly offer: CatalogOffer; readonly weight: number }[];
}

/** What a coupon code attributes a conversion to. */
export interface CatalogCoupon {
  readonly offer: CatalogOffer;
  readonly campaign: CatalogCampaign;
}

/** What clicks and conversions belong to. */
export const CATALOG_OWNERS = ['advertiser', 'campaign', 'offer', 'partner'] as const;

export type CatalogOwner = (typeof CATALOG_OWNERS)[number];

/** Row ids that a click or conversion carries. */
interface CatalogIds {
  readonly advertiserId: string;
  readonly campaignId: string | null;
  readonly offerId: string | null;
  readonly partnerId: string | null;
}

/** The rows a snapshot is made of. */
export interface CatalogRows {
  readonly advertisers: readonly Advertiser[];
  /** The active ones. */
  readonly secrets: readonly AdvertiserSecret[];
  readonly offers: readonly Offer[];
  readonly partners: readonly Partner[];
  readonly campaigns: readonly Campaign[];
  readonly webhooks: readonly Webhook[];
}

/** The whole catalog at one moment, compiled once, so that a click looks nothing up in the database. */
export class CatalogSnapshot {
  readonly advertisersByKey = new Map<string, CatalogAdvertiser>();
  readonly advertisersById = new Map<string, CatalogAdvertiser>();
  readonly advertisersByTokenHash = new Map<string, CatalogAdvertiser>();
  readonly offersByKey = new Map<string, CatalogOffer>();
  readonly offersById = new Map<string, CatalogOffer>();
  private readonly coupons = new Map<string, CatalogCoupon>();
  private readonly hosts = new Map<string, Set<string>>();
  private readonly currencies = new Map<string, Set<string>>();
  readonly partnersByKey = new Map<string, Partner>();
  readonly partnersById = new Map<string, Partner>();
  readonly campaignsByKey = new Map<string, CatalogCampaign>();
  readonly campaignsById = new Map<string, CatalogCampaign>();

  readonly webhooks: readonly Webhook[];

  constructor(rows: CatalogRows, toleranceSeconds: number) {
    this.webhooks = rows.webhooks;
    for (const row of rows.advertisers) {
      const secrets = rows.secrets.filter(({ advertiserId }) => advertiserId === row.id);
      this.addAdvertiser(compileAdvertiser(row, secrets, toleranceSeconds));
    }
    for (const row of rows.offers) {
      const advertiser = this.advertisersById.get(row.advertiserId);
      if (!advertiser) continue;
      const destination = compileUrlTemplate(row.destination, { macros: CLICK_MACROS, allowQueryMacros: true });
      const offer = { row, advertiser, destination, host: new URL(row.destination).hostname };
      this.offersByKey.set(row.key, offer);
      this.offersById.set(row.id, offer);
      this.hosts.set(row.advertiserId, (this.hosts.get(row.advertiserId) ?? new Set()).add(offer.host));
      const currencies = this.currencies.get(row.advertiserId) ?? new Set();
      this.currencies.set(row.advertiserId, currencies.add(row.currency));
    }
    for (const row of rows.partners) {
      this.partnersByKey.set(row.key, row);
      this.partnersById.set(row.id, row);
    }
    for (const row of rows.campaigns) {
      const partner = this.partnersById.get(row.partnerId);
      if (!partner) continue;
      const offers = row.offers.flatMap(({ offer: key, weight }) => {
        const offer = this.offersByKey.get(key);
        return offer ? [{ offer, weight }] : [];
      });
      const campaign = { row, partner, offers };
      this.campaignsByKey.set(row.key, campaign);
      this.campaignsById.set(row.id, campaign);
    }
    for (const offer of this.offersById.values()) this.addCoupons(offer);
  }

  /** The offer and campaign that a coupon code of an advertiser belongs to; case does not matter. */
  couponOf(advertiserId: string, code: string): CatalogCoupon | undefined {
    return this.coupons.get(couponIndex(advertiserId, code));
  }

  /** The host names that an advertiser's offers lead to. */
  hostsOf(advertiserId: string): ReadonlySet<string> {
    return this.hosts.get(advertiserId) ?? new Set();
  }

  /** The currencies that an advertiser's offers are settled in. */
  currenciesOf(advertiserId: string): ReadonlySet<string> {
    return this.currencies.get(advertiserId) ?? new Set();
  }

  /** Changes whenever an offer or campaign does. */
  get version(): string {
    const rows = [...this.offersById.values(), ...this.campaignsById.values()].map(({ row }) => row);
    return createHash('sha256').update(JSON.stringify(rows)).digest('base64');
  }

  /** The catalog keys behind the row ids of a click or conversion; null for what is not, or no longer, there. */
  keysOf(ids: CatalogIds): Record<CatalogOwner, string | null> {
    return {
      advertiser: this.keyOf('advertiser', ids.advertiserId),
      campaign: this.keyOf('campaign', ids.campaignId),
      offer: this.keyOf('offer', ids.offerId),
      partner: this.keyOf('partner', ids.partnerId),
    };
  }

  /** The catalog key behind a row id; null for what is not, or no longer, there. */
  keyOf(owner: CatalogOwner, id: string | null): string | null {
    if (id === null) return null;
    if (owner === 'partner') return this.partnersById.get(id)?.key ?? null;
    return this[`${owner}sById`].get(id)?.row.key ?? null;
  }

  /** The row id behind a catalog key. */
  idOf(owner: CatalogOwner, key: string): string | undefined {
    if (owner === 'partner') return this.partnersByKey.get(key)?.id;
    return this[`${owner}sByKey`].get(key)?.row.id;
  }

  /** The row ids that filters ask for by key; of an unknown key an id that no row has: it finds nothing. */
  idsAskedFor(filters: URLSearchParams): Partial<Record<`${CatalogOwner}Id`, string>> {
    const asked = CATALOG_OWNERS.flatMap((owner) => {
      const key = filters.get(owner);
      return key === null ? [] : [[`${owner}Id`, this.idOf(owner, key) ?? '']];
    });
    return Object.fromEntries(asked);
  }

  private addCoupons(offer: CatalogOffer): void {
    for (const { code, campaign: key } of offer.row.coupons) {
      const campaign = this.campaignsByKey.get(key);
      if (campaign) this.coupons.set(couponIndex(offer.row.advertiserId, code), { offer, campaign });
    }
  }

  private addAdvertiser(advertiser: CatalogAdvertiser): void {
    this.advertisersById.set(advertiser.row.id, advertiser);
    // Nobody speaks for an archived advertiser any more; its name in old rows stays.
    if (advertiser.row.archivedAt !== null) return;
    this.advertisersByKey.set(advertiser.row.key, advertiser);
    for (const { hash } of advertiser.tokens) this.advertisersByTokenHash.set(hash.toString('hex'), advertiser);
  }
}

function couponIndex(advertiserId: string, code: string): string {
  return `${advertiserId} ${couponKey(code)}`;
}

function compileAdvertiser(
  row: Advertiser,
  rows: readonly AdvertiserSecret[],
  toleranceSeconds: number,
): CatalogAdvertiser {
  const values = (kind: SecretKind) => rows.flatMap((secret) => (secret.kind === kind ? (secret.value ?? []) : []));
  const secrets = values('secret');
  const keys = [...secrets, ...values('publicKey')];
  const addresses = new BlockList();
  for (const range of row.ipAllow) addAddressRange(addresses, range);
  return {
    row,
    addresses,
    verifier: keys.length > 0 ? createVerifier(keys, { toleranceSeconds }) : undefined,
    urlVerifier: secrets.length > 0 ? createUrlVerifier(secrets, { toleranceSeconds }) : undefined,
    tokens: rows
      .filter(({ kind }) => kind === 'token')
      .map(({ fingerprint, expiresAt }) => ({ hash: Buffer.from(fingerprint, 'hex'), expiresAt })),
  };
}
