import { formatAmount } from '@tallyback/protocol';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import type { Click } from './click.entity.js';
import { queryValue } from './click-parameters.js';
import { deepLink } from './deep-link.js';

const CLICK_ID_PARAMETER = 'clickid';

/**
 * Where the visitor goes: the offer's destination with its macros filled in. A destination that does not place the click
 * id gets it appended, so that no conversion is lost for want of a macro. A deep link goes to the page it names, with the
 * parameters that the destination has.
 */
export function destinationUrl(offer: CatalogOffer, campaign: CatalogCampaign, click: Click): string {
  const url = offer.destination.render((macro) => macroValue(macro, offer, campaign, click));
  const marked = offer.destination.has('clickid') ? url : withParameter(url, CLICK_ID_PARAMETER, click.id);
  const page = deepened(offer, click, marked);
  // Out of the destination's path or fragment the id has not come along.
  if (page && !page.href.includes(click.id)) page.searchParams.set(CLICK_ID_PARAMETER, click.id);
  return page?.href ?? marked;
}

/**
 * The same without the click id: for the first-party hop, whose cookie carries it. Landing on a URL without a query is
 * what keeps WebKit from shortening the life of the site's other storage.
 */
export function cleanDestinationUrl(offer: CatalogOffer, campaign: CatalogCampaign, click: Click): string {
  const marked = offer.destination.render((macro) => macroValue(macro, offer, campaign, click));
  if (!offer.destination.has('clickid')) return deepened(offer, click, marked)?.href ?? marked;
  const url = new URL(marked);
  for (const [name, value] of [...url.searchParams]) if (value.includes(click.id)) url.searchParams.delete(name);
  if (url.hash.includes(click.id)) url.hash = '';
  return deepened(offer, click, url.href)?.href ?? url.href;
}

/** The page that the click asks for, with the parameters of the destination; undefined when it asks for none. */
function deepened(offer: CatalogOffer, click: Click, url: string): URL | undefined {
  const page = deepLink(offer, click.query);
  if (page) for (const [name, value] of new URL(url).searchParams) page.searchParams.set(name, value);
  return page;
}

function macroValue(macro: string, offer: CatalogOffer, campaign: CatalogCampaign, click: Click): string | undefined {
  if (macro.startsWith('query.')) return queryValue(click, macro.slice('query.'.length));
  const sub = /^sub(\d+)$/.exec(macro);
  if (sub) return click[`sub${sub[1]}` as 'sub1'] ?? undefined;
  switch (macro) {
    case 'clickid':
      return click.id;
    case 'external_id':
      return click.externalId ?? undefined;
    case 'campaign':
      return campaign.row.key;
    case 'offer':
      return offer.row.key;
    case 'partner':
      return campaign.partner.key;
    case 'country':
      return click.country ?? undefined;
    case 'device':
      return click.device ?? undefined;
    case 'cost':
      return click.cost === null ? undefined : formatAmount(click.cost, click.currency);
    default:
      return undefined;
  }
}

function withParameter(url: string, name: string, value: string): string {
  const hash = url.indexOf('#');
  const address = hash === -1 ? url : url.slice(0, hash);
  const fragment = hash === -1 ? '' : url.slice(hash);
  return `${address}${address.includes('?') ? '&' : '?'}${name}=${value}${fragment}`;
}
