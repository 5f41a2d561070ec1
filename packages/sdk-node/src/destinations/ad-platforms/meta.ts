import { percentEncode } from '@tallyback/protocol';
import type { Destination } from '../destination.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, amount, type Built, DAY_MS, frozen, pieces, present, seconds } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, type OwnOptions, optional, required } from './ad-options.js';
import { META_ANSWERS } from './answers.js';
import { hashedContact } from './hashed-contact.js';

/** Our events in Meta's words; any other name is sent as a custom event. */
export const META_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'Purchase',
  lead: 'Lead',
  signup: 'CompleteRegistration',
  registration: 'CompleteRegistration',
  subscription: 'Subscribe',
  trial: 'StartTrial',
};

/** @internal One event of the Conversions API (server events, customer information parameters). */
export function metaEvent(conversion: AdConversion, actionSource: string, testEventCode?: string): Built {
  const { event, eventId, at, data, person } = conversion;
  const user = metaUser(conversion);
  if (!user) return { skip: 'Meta could match nobody: convert() was given neither a person nor Meta click ids' };
  const items = data.items?.map(({ sku, quantity, unitPrice }) => ({
    id: sku,
    quantity,
    item_price: amount(unitPrice),
  }));
  return {
    body: {
      data: [
        {
          event_name: event,
          event_time: seconds(at),
          event_id: eventId,
          action_source: actionSource,
          event_source_url: person.sourceUrl,
          user_data: user,
          custom_data: {
            value: amount(data.revenue),
            currency: data.currency,
            order_id: data.transactionId,
            content_type: items && 'product',
            contents: items,
            num_items: pieces(data.items),
          },
        },
      ],
      test_event_code: testEventCode,
    },
  };
}

function metaUser({ person, clickIds, at }: AdConversion): object | undefined {
  // Meta's own cookie says when the click was; from the bare parameter only that it was before now is known.
  const fbc = clickIds.fbc ?? clickIds._fbc ?? (clickIds.fbclid && `fb.1.${at}.${clickIds.fbclid}`);
  return present({
    ...hashedContact(person),
    client_ip_address: person.ipAddress,
    client_user_agent: person.userAgent,
    fbc,
    fbp: clickIds.fbp ?? clickIds._fbp,
  });
}

/** Options of {@link metaConversions}. */
export interface MetaOptions extends AdPlatformOptions {
  /** The pixel (data set) that takes the events. */
  readonly pixelId: string;
  readonly accessToken: AccessToken;
  /** Graph API version. Default `v25.0`. */
  readonly apiVersion?: string;
  /** Where conversions happen: `website` (default), `app`, `phone_call`, `physical_store`, `system_generated`, ... */
  readonly actionSource?: string;
  /** Shows the events under "Test events" only. */
  readonly testEventCode?: string;
}

// Complete by its type.
const OWN: OwnOptions<MetaOptions> = {
  pixelId: true,
  accessToken: true,
  apiVersion: true,
  actionSource: true,
  testEventCode: true,
};

/**
 * Meta (Facebook, Instagram) Conversions API: `POST graph.facebook.com/<version>/<pixel>/events`, one event per request.
 *
 * Needs something to match: `person` (hashed here) or the click ids `fbclid`, `fbc`, `fbp`; a website event should have
 * `sourceUrl` and `userAgent`. Repeated events are recognised by event name and event id for 48 hours, so it is retried no
 * longer; events older than 7 days become dead letters. A token that was refused is retried: renew it meanwhile.
 *
 * Source: developers.facebook.com, Conversions API. Unverified: that `fbc` may carry the conversion's time where only the
 * bare `fbclid` is known.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function metaConversions(options: MetaOptions): Destination {
  checkAdOptions('metaConversions', options, OWN);
  const pixelId = required('pixelId', options.pixelId, /^\d+$/, 'the number of the pixel');
  const version = required('apiVersion', options.apiVersion ?? 'v25.0', /^v\d+\.\d+$/, 'a version such as v25.0');
  const token = tokenSource('accessToken', options.accessToken);
  const actionSource = optional('actionSource', options.actionSource, "one of Meta's, e.g. website") ?? 'website';
  const testEventCode = optional('testEventCode', options.testEventCode, 'the code of "Test events"');
  return adDestination(
    {
      kind: 'meta',
      title: 'Meta',
      baseUrl: 'https://graph.facebook.com',
      events: META_EVENTS,
      otherEvent: (event) => event,
      maxAgeMs: 7 * DAY_MS,
      windowMs: 2 * DAY_MS,
      secrets: knownSecrets(options.accessToken),
      answers: META_ANSWERS,
      prepare: (conversion) => frozen(metaEvent(conversion, actionSource, testEventCode)),
      request: async (body) =>
        postJson(`/${version}/${pixelId}/events?access_token=${percentEncode(await token())}`, body),
    },
    options,
  );
}
