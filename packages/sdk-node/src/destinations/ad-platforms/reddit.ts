import type { Destination } from '../destination.js';
import { emailWithoutAlias, hashed, phoneE164, verbatim } from '../hash-person.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, amount, type Built, DAY_MS, frozen, pieces, present } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, type OwnOptions, optional, required } from './ad-options.js';
import { REDDIT_ANSWERS } from './answers.js';

/** Our events in Reddit's words; any other is sent as `CUSTOM` under its own name. */
export const REDDIT_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'PURCHASE',
  lead: 'LEAD',
  signup: 'SIGN_UP',
  registration: 'SIGN_UP',
};

const STANDARD = new Set([
  'PAGE_VISIT',
  'VIEW_CONTENT',
  'SEARCH',
  'ADD_TO_CART',
  'ADD_TO_WISHLIST',
  'PURCHASE',
  'LEAD',
  'SIGN_UP',
]);

/** @internal One event of the Conversions API v3. */
export function redditEvent({ event, eventId, at, data, person, clickIds }: AdConversion, testId?: string): Built {
  const clickId = clickIds.rdt_cid ?? clickIds._rdt_cid;
  const user = present({
    email: hashed(person.email, emailWithoutAlias),
    phone_number: hashed(person.phone, phoneE164),
    external_id: hashed(person.externalId, verbatim),
    ip_address: hashed(person.ipAddress, verbatim),
    user_agent: person.userAgent,
    uuid: clickIds._rdt_uuid ?? clickIds.rdt_uuid,
  });
  if (!user && clickId === undefined) {
    return { skip: 'Reddit could match nobody: convert() was given neither a person nor a rdt_cid' };
  }
  return {
    body: {
      data: {
        test_id: testId,
        events: [
          {
            event_at: at,
            action_source: 'WEBSITE',
            event_source_url: person.sourceUrl,
            click_id: clickId,
            type: STANDARD.has(event)
              ? { tracking_type: event }
              : { tracking_type: 'CUSTOM', custom_event_name: event },
            user,
            metadata: {
              conversion_id: eventId,
              value: amount(data.revenue),
              currency: data.currency,
              item_count: pieces(data.items),
              products: data.items?.map(({ sku }) => ({ id: sku })),
            },
          },
        ],
      },
    },
  };
}

/** Options of {@link redditConversions}. */
export interface RedditOptions extends AdPlatformOptions {
  readonly pixelId: string;
  /** The conversion access token made in Events Manager; it does not expire. */
  readonly accessToken: AccessToken;
  /** Shows the events under "Test events". */
  readonly testId?: string;
}

// Complete by its type.
const OWN: OwnOptions<RedditOptions> = { pixelId: true, accessToken: true, testId: true };

/**
 * Reddit Conversions API v3: `POST ads-api.reddit.com/api/v3/pixels/<pixel>/conversion_events`, one event per request.
 *
 * Needs `rdt_cid`, the `_rdt_uuid` cookie or a `person` (hashed here, the IP address too). Repeated events are recognised by
 * `conversion_id`; events older than 7 days become dead letters.
 *
 * Unverified throughout: Reddit's own reference could not be read. Address, members and answers are those of several public
 * integrations of 2026 that agree; normalising follows the one that Reddit maintains for v2.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function redditConversions(options: RedditOptions): Destination {
  checkAdOptions('redditConversions', options, OWN);
  const pixelId = required('pixelId', options.pixelId, /^\w+$/, 'the id of the pixel, such as a2_abc123');
  const testId = optional('testId', options.testId, 'the id of "Test events"');
  const token = tokenSource('accessToken', options.accessToken);
  const path = `/api/v3/pixels/${pixelId}/conversion_events`;
  return adDestination(
    {
      kind: 'reddit',
      title: 'Reddit',
      baseUrl: 'https://ads-api.reddit.com',
      events: REDDIT_EVENTS,
      otherEvent: (event) => event,
      maxAgeMs: 7 * DAY_MS,
      windowMs: 2 * DAY_MS,
      secrets: knownSecrets(options.accessToken),
      answers: REDDIT_ANSWERS,
      prepare: (conversion) => frozen(redditEvent(conversion, testId)),
      request: async (body) => postJson(path, body, { authorization: `Bearer ${await token()}` }),
    },
    options,
  );
}
