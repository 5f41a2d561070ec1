import type { EntityTarget } from 'typeorm';
import { Advertiser } from './advertiser.entity.js';
import { Campaign } from './campaign.entity.js';
import { Offer } from './offer.entity.js';
import { Partner } from './partner.entity.js';

/** The lists of the catalog, by their names in routes and seed. */
export type CatalogList = 'advertisers' | 'offers' | 'partners' | 'campaigns';

/** A row of any of the lists, with every other column behind it. */
export type CatalogRow = {
  id: string;
  key: string;
  archivedAt: number | null;
  createdAt: number;
  updatedAt: number;
} & Record<string, unknown>;

/** One list of the catalog. */
export interface CatalogKind {
  readonly list: CatalogList;
  /** One of its objects, in the words of people. */
  readonly name: 'advertiser' | 'offer' | 'partner' | 'campaign';
  readonly entity: EntityTarget<CatalogRow>;
  /** The column that holds the id of another row, and the field that people see its key in. */
  readonly reference?: { readonly column: string; readonly field: 'advertiser' | 'partner'; readonly to: CatalogList };
}

const entity = (target: unknown) => target as EntityTarget<CatalogRow>;

export const CATALOG_KINDS: Readonly<Record<CatalogList, CatalogKind>> = {
  advertisers: { list: 'advertisers', name: 'advertiser', entity: entity(Advertiser) },
  offers: {
    list: 'offers',
    name: 'offer',
    entity: entity(Offer),
    reference: { column: 'advertiserId', field: 'advertiser', to: 'advertisers' },
  },
  partners: { list: 'partners', name: 'partner', entity: entity(Partner) },
  campaigns: {
    list: 'campaigns',
    name: 'campaign',
    entity: entity(Campaign),
    reference: { column: 'partnerId', field: 'partner', to: 'partners' },
  },
};
