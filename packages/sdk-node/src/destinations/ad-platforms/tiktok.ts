import { email, hashed, lowerCase, phoneE164, plainText, postalCode } from '../hash-person.js';
import { type AdConversion, amount, type Built, present, seconds } from './ad-conversion.js';

/** Our events in TikTok's words; any other name is sent as a custom event. */
export const TIKTOK_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'CompletePayment',
  lead: 'SubmitForm',
  signup: 'CompleteRegistration',
  registration: 'CompleteRegistration',
  subscription: 'Subscribe',
  checkout: 'InitiateCheckout',
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
