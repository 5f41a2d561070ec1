import type { Destination } from '../destination.js';
import { email, hashed, lowerCase, phoneE164, plainText, postalCode } from '../hash-person.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, amount, type Built, DAY_MS, frozen, present, seconds } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, type OwnOptions, optional, required } from './ad-options.js';
import { TIKTOK_ANSWERS } from './answers.js';

/** Our events in TikTok's words; any other name is sent as a custom event. */
export const TIKTOK_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'CompletePayment',
  lead: 'SubmitForm',
  signup: 'CompleteRegistration',
  registration: 'CompleteRegistration',
  subscription: 'Subscribe',
};

/** @internal One web event of the Events API 2.0. */
export function tiktokEvent(conversion: AdConversion, pixelCode: string, testEventCode?: string): Built {
  const { event, eventId, at, data, person } = conversion;
  const user = tiktokUser(conversion);
  if (!user) return { skip: 'TikTok could match nobody: convert() was given neither a person nor TikTok click ids' };
  const contents = data.items?.map(({ sku, quantity, unitPrice }) => ({
    content_id: sku,
    quantity,
    price: amount(unitPrice),
  }));
  return {
    body: {
      event_source: 'web',
      event_source_id: pixelCode,
      test_event_code: testEventCode,
      data: [
        {
          event,
          event_time: seconds(at),
          event_id: eventId,
          user,
          page: person.sourceUrl === undefined ? undefined : { url: person.sourceUrl },
          properties: {
            value: amount(data.revenue),
            currency: data.currency,
            order_id: data.transactionId,
            content_type: contents && 'product',
            contents,
          },
        },
      ],
    },
  };
}

function tiktokUser({ person, clickIds }: AdConversion): object | undefined {
  return present({
    email: hashed(person.email, email),
    phone: hashed(person.phone, phoneE164),
    external_id: hashed(person.externalId, lowerCase),
    first_name: hashed(person.firstName, plainText),
    last_name: hashed(person.lastName, plainText),
    zip_code: hashed(person.postalCode, postalCode),
    ip: person.ipAddress,
    user_agent: person.userAgent,
    ttclid: clickIds.ttclid,
    ttp: clickIds.ttp ?? clickIds._ttp,
  });
}

/** Options of {@link tiktokEvents}. */
export interface TiktokOptions extends AdPlatformOptions {
  /** The code of the pixel, `event_source_id`. */
  readonly pixelCode: string;
  readonly accessToken: AccessToken;
  readonly testEventCode?: string;
}

// Complete by its type.
const OWN: OwnOptions<TiktokOptions> = { pixelCode: true, accessToken: true, testEventCode: true };

/**
 * TikTok Events API 2.0: `POST business-api.tiktok.com/open_api/v1.3/event/track/`, one web event per request.
 *
 * Needs something to match: `person` (hashed here) or the click ids `ttclid`, `_ttp`; a web event should have `sourceUrl`.
 * TikTok says no with 200 and a `code` in the body. Repeated events are recognised by event and event id for 48 hours, so it
 * is retried no longer.
 *
 * Source: ads.tiktok.com (deduplication) and public integrations. Unverified: which codes are worth a retry (here 401xx and
 * 5xxxx), the phone number hashed with its `+`, and the newer name `Purchase` for `CompletePayment` (map it with `events`
 * when your pixel uses it).
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function tiktokEvents(options: TiktokOptions): Destination {
  checkAdOptions('tiktokEvents', options, OWN);
  const pixelCode = required('pixelCode', options.pixelCode, /^\w+$/, 'the code of the pixel');
  const testEventCode = optional('testEventCode', options.testEventCode, 'the code of "Test events"');
  const token = tokenSource('accessToken', options.accessToken);
  return adDestination(
    {
      kind: 'tiktok',
      title: 'TikTok',
      baseUrl: 'https://business-api.tiktok.com',
      events: TIKTOK_EVENTS,
      otherEvent: (event) => event,
      windowMs: 2 * DAY_MS,
      secrets: knownSecrets(options.accessToken),
      answers: TIKTOK_ANSWERS,
      prepare: (conversion) => frozen(tiktokEvent(conversion, pixelCode, testEventCode)),
      request: async (body) => postJson('/open_api/v1.3/event/track/', body, { 'access-token': await token() }),
    },
    options,
  );
}
