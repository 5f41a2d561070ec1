import { emailWithoutAlias, hashed, phoneE164, verbatim } from '../hash-person.js';
import { type AdConversion, amount, type Built, pieces, present } from './ad-conversion.js';

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
