import type { Person } from '../../person.js';
import {
  birthDate,
  country,
  email,
  hashedList,
  lowerCase,
  phoneDigits,
  plainText,
  postalCode,
} from '../hash-person.js';
import { type AdConversion, amount, type Built, pieces, present, seconds } from './ad-conversion.js';

/** Our events in Meta's words; any other name is sent as a custom event. */
export const META_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'Purchase',
  lead: 'Lead',
  signup: 'CompleteRegistration',
  registration: 'CompleteRegistration',
  subscription: 'Subscribe',
  trial: 'StartTrial',
  checkout: 'InitiateCheckout',
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

/** The hashed members that Meta, Snap and Pinterest call the same and normalise alike. */
export function hashedContact(person: Person) {
  return {
    em: hashedList(person.email, email),
    ph: hashedList(person.phone, phoneDigits),
    fn: hashedList(person.firstName, plainText),
    ln: hashedList(person.lastName, plainText),
    db: hashedList(person.birthDate, birthDate),
    ct: hashedList(person.city, plainText),
    st: hashedList(person.region, plainText),
    zp: hashedList(person.postalCode, postalCode),
    country: hashedList(person.country, country),
    external_id: hashedList(person.externalId, lowerCase),
  };
}
