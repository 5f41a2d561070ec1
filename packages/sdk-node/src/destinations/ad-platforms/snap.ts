import { percentEncode } from '@tallyback/protocol';
import type { Destination } from '../destination.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, type Built, DAY_MS, frozen, present, seconds } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, type OwnOptions, optional, required } from './ad-options.js';
import { SNAP_ANSWERS } from './answers.js';
import { hashedContact } from './hashed-contact.js';

/** Our events in Snap's words. Snap takes no other names; map yours to `CUSTOM_EVENT_1`..`CUSTOM_EVENT_5`. */
export const SNAP_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'PURCHASE',
  lead: 'SIGN_UP',
  signup: 'SIGN_UP',
  registration: 'SIGN_UP',
  subscription: 'SUBSCRIBE',
  trial: 'START_TRIAL',
};

/** @internal One event of the Conversions API v3. */
export function snapEvent({ event, eventId, at, data, person, clickIds }: AdConversion, testEventCode?: string): Built {
  const user = present({
    ...hashedContact(person),
    client_ip_address: person.ipAddress,
    client_user_agent: person.userAgent,
    sc_click_id: clickIds.ScCid ?? clickIds.sccid ?? clickIds.sc_click_id,
    sc_cookie1: clickIds._scid ?? clickIds.sc_cookie1,
  });
  if (!user) return { skip: 'Snap could match nobody: convert() was given neither a person nor Snap click ids' };
  return {
    body: {
      data: [
        {
          event_name: event,
          event_time: seconds(at),
          event_id: eventId,
          action_source: 'WEB',
          event_source_url: person.sourceUrl,
          user_data: user,
          // Decimal strings, as in Snap's own example.
          custom_data: {
            value: data.revenue,
            currency: data.currency,
            order_id: data.transactionId,
            content_ids: data.items?.map(({ sku }) => sku),
          },
        },
      ],
      test_event_code: testEventCode,
    },
  };
}

/** Options of {@link snapConversions}. */
export interface SnapOptions extends AdPlatformOptions {
  readonly pixelId: string;
  readonly accessToken: AccessToken;
  readonly testEventCode?: string;
}

// Complete by its type.
const OWN: OwnOptions<SnapOptions> = { pixelId: true, accessToken: true, testEventCode: true };

/**
 * Snapchat Conversions API v3: `POST tr.snapchat.com/v3/<pixel>/events`, one web event per request.
 *
 * Needs something to match: `person` (hashed here) or the click ids `ScCid`, `_scid`. Repeated events are recognised by
 * event id; events older than 37 days become dead letters.
 *
 * Source: developers.snap.com, Conversions API. Unverified: the words of an answer's `status` (here `SUCCESS`, `VALID` and
 * `OK` are a yes, any other word a final no), how long an event id is recognised (taken as 48 hours), and `order_id` and
 * `content_ids` in `custom_data`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function snapConversions(options: SnapOptions): Destination {
  checkAdOptions('snapConversions', options, OWN);
  const pixelId = required('pixelId', options.pixelId, /^[\w-]+$/, 'the id of the pixel');
  const testEventCode = optional('testEventCode', options.testEventCode, 'the code of "Test events"');
  const token = tokenSource('accessToken', options.accessToken);
  return adDestination(
    {
      kind: 'snap',
      title: 'Snap',
      baseUrl: 'https://tr.snapchat.com',
      events: SNAP_EVENTS,
      otherEvent: () => undefined,
      maxAgeMs: 37 * DAY_MS,
      windowMs: 2 * DAY_MS,
      secrets: knownSecrets(options.accessToken),
      answers: SNAP_ANSWERS,
      prepare: (conversion) => frozen(snapEvent(conversion, testEventCode)),
      request: async (body) => postJson(`/v3/${pixelId}/events?access_token=${percentEncode(await token())}`, body),
    },
    options,
  );
}
