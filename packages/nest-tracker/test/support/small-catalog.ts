import { SECRETS } from './catalog.js';
import type { Json } from './requests.js';

/** An offer of acme, run by a campaign of the same key for the partner "blog". */
export function offerOf(key: string, more: Json = {}): Json & { key: string } {
  return {
    key,
    advertiser: 'acme',
    destination: `https://shop.example/${key}?clickid={clickid}`,
    currency: 'EUR',
    ...more,
  };
}

/** A catalog of some offers; each has a campaign of its own key, and `more` campaigns besides. */
export function catalogOf(offers: readonly (Json & { key: string })[], more: readonly Json[] = []): Json {
  return {
    advertisers: [{ key: 'acme', secrets: [SECRETS.acme] }],
    offers,
    partners: [{ key: 'blog' }, { key: 'magazine' }],
    campaigns: [...offers.map(({ key }) => ({ key, partner: 'blog', offers: [{ offer: key }] })), ...more],
  };
}
