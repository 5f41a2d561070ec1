import { emailWithoutGmailAlias, hashed, phoneE164 } from '../hash-person.js';
import { type AdConversion, amount, type Built } from './ad-conversion.js';

// Longer order ids are refused.
const MAX_ORDER_ID = 64;

/** @internal One conversion of `customers.uploadClickConversions`. `action` is the resource name of the conversion action. */
export function googleClickConversion(
  { at, data, eventId, person, clickIds }: AdConversion,
  action: string,
  validateOnly: boolean,
): Built {
  const clickId = googleClickId(clickIds);
  const userIdentifiers = [
    { hashedEmail: hashed(person.email, emailWithoutGmailAlias) },
    { hashedPhoneNumber: hashed(person.phone, phoneE164) },
  ].filter((identifier) => Object.values(identifier)[0] !== undefined);
  if (!clickId && userIdentifiers.length === 0) {
    return { skip: 'there is no Google click id and neither an e-mail address nor a phone number to match' };
  }
  if (eventId.length > MAX_ORDER_ID) {
    return {
      dead: `Google takes order ids of at most ${MAX_ORDER_ID} characters; shorten it with the option \`eventId\``,
    };
  }
  return {
    body: {
      conversions: [
        {
          conversionAction: action,
          ...clickId,
          conversionDateTime: googleDateTime(at),
          conversionValue: amount(data.revenue),
          currencyCode: data.currency,
          orderId: eventId,
          userIdentifiers: userIdentifiers.length === 0 ? undefined : userIdentifiers,
        },
      ],
      partialFailure: true,
      validateOnly,
    },
  };
}

/** Only one kind may be given; the first says most. */
export function googleClickId({ gclid, gbraid, wbraid }: AdConversion['clickIds']): object | undefined {
  if (gclid !== undefined) return { gclid };
  if (gbraid !== undefined) return { gbraid };
  return wbraid === undefined ? undefined : { wbraid };
}

/** `yyyy-mm-dd hh:mm:ss+hh:mm`, here always in UTC. */
function googleDateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}
