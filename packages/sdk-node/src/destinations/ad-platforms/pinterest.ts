import type { Destination } from '../destination.js';
import { hashedList, verbatim } from '../hash-person.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, type Built, DAY_MS, frozen, pieces, seconds } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, flag, type OwnOptions, required } from './ad-options.js';
import { PINTEREST_ANSWERS } from './answers.js';
import { hashedContact } from './hashed-contact.js';

/** Our events in Pinterest's words; any other is sent as `custom`. */
export const PINTEREST_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'checkout',
  lead: 'lead',
  signup: 'signup',
  registration: 'signup',
};

/** @internal One event of the API for Conversions v5 (the published OpenAPI 5.13: unknown members are refused). */
export function pinterestEvent({ event, eventId, at, data, person, clickIds }: AdConversion): Built {
  const contact = hashedContact(person);
  const { ipAddress, userAgent } = person;
  if (!contact.em && !(ipAddress && userAgent)) {
    return { skip: 'Pinterest matches by e-mail address or by IP address with user agent; the person has neither' };
  }
  return {
    body: {
      data: [
        {
          event_name: event,
          event_time: seconds(at),
          event_id: eventId,
          action_source: 'web',
          event_source_url: person.sourceUrl,
          user_data: {
            ...contact,
            external_id: hashedList(person.externalId, verbatim),
            client_ip_address: ipAddress,
            client_user_agent: userAgent,
            click_id: clickIds.epik ?? clickIds._epik,
          },
          custom_data: {
            value: data.revenue,
            currency: data.currency,
            order_id: data.transactionId,
            content_ids: data.items?.map(({ sku }) => sku),
            contents: data.items?.map(({ sku, quantity, unitPrice }) => ({ id: sku, quantity, item_price: unitPrice })),
            num_items: pieces(data.items),
          },
        },
      ],
    },
  };
}

/** Options of {@link pinterestConversions}. */
export interface PinterestOptions extends AdPlatformOptions {
  readonly adAccountId: string;
  /** The conversion token made in Ads Manager. */
  readonly accessToken: AccessToken;
  /** Events are checked but not recorded. Default false. */
  readonly test?: boolean;
}

// Complete by its type.
const OWN: OwnOptions<PinterestOptions> = { adAccountId: true, accessToken: true, test: true };

/**
 * Pinterest API for Conversions: `POST api.pinterest.com/v5/ad_accounts/<id>/events`, one web event per request, at most
 * 5,000 requests per minute.
 *
 * Needs an e-mail address, or IP address and user agent; `epik` helps. Pinterest answers 200 also for an event that it did
 * not process; that is a dead letter. Events that arrive more than an hour late are counted as offline, which the Pinterest
 * tag does not deduplicate: keep the queue running.
 *
 * Source: the published OpenAPI 5.13 and developers.pinterest.com. Unverified: how long an event id is recognised (taken as
 * 48 hours).
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function pinterestConversions(options: PinterestOptions): Destination {
  checkAdOptions('pinterestConversions', options, OWN);
  const account = required('adAccountId', options.adAccountId, /^\d{1,18}$/, 'the number of the ad account');
  const token = tokenSource('accessToken', options.accessToken);
  const path = `/v5/ad_accounts/${account}/events${flag('test', options.test) ? '?test=true' : ''}`;
  return adDestination(
    {
      kind: 'pinterest',
      title: 'Pinterest',
      baseUrl: 'https://api.pinterest.com',
      events: PINTEREST_EVENTS,
      otherEvent: () => 'custom',
      windowMs: 2 * DAY_MS,
      ratePerSecond: 80,
      secrets: knownSecrets(options.accessToken),
      answers: PINTEREST_ANSWERS,
      prepare: (conversion) => frozen(pinterestEvent(conversion)),
      request: async (body) => postJson(path, body, { authorization: `Bearer ${await token()}` }),
    },
    options,
  );
}
