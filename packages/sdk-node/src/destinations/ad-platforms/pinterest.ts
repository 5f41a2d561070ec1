import { hashedList, verbatim } from '../hash-person.js';
import { type AdConversion, type Built, pieces, seconds } from './ad-conversion.js';
import { hashedContact } from './meta.js';

/** Our events in Pinterest's words; any other is sent as `custom`. */
export const PINTEREST_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'checkout',
  lead: 'lead',
  signup: 'signup',
  registration: 'signup',
  checkout: 'add_to_cart',
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
