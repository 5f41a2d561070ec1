import { type AdConversion, type Built, present, seconds } from './ad-conversion.js';
import { hashedContact } from './meta.js';

/** Our events in Snap's words. Snap takes no other names; map yours to `CUSTOM_EVENT_1`..`CUSTOM_EVENT_5`. */
export const SNAP_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'PURCHASE',
  lead: 'SIGN_UP',
  signup: 'SIGN_UP',
  registration: 'SIGN_UP',
  subscription: 'SUBSCRIBE',
  trial: 'START_TRIAL',
  checkout: 'START_CHECKOUT',
  install: 'APP_INSTALL',
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
