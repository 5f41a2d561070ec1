import { emailWithoutAlias, hashed, phoneE164, verbatim } from '../hash-person.js';
import { type AdConversion, amount, type Built, present, seconds } from './ad-conversion.js';

/** @internal One custom event of the UET Conversions API, as its integration guide has it. */
export function microsoftEvent({ event, eventId, at, data, person, clickIds }: AdConversion): Built {
  const identifiers = present({
    msclkid: clickIds.msclkid ?? clickIds._uetmsclkid,
    em: hashed(person.email, emailWithoutAlias),
    ph: hashed(person.phone, phoneE164),
    // "Never send your real user IDs."
    externalId: hashed(person.externalId, verbatim),
  });
  if (!identifiers) {
    return { skip: 'Microsoft could match nobody: there is neither a msclkid nor an e-mail address, phone or id' };
  }
  const value = amount(data.revenue);
  const items = data.items?.map(({ sku, quantity, unitPrice }) => ({ id: sku, quantity, price: amount(unitPrice) }));
  return {
    body: {
      data: [
        {
          eventType: 'custom',
          eventId,
          eventName: event,
          eventTime: seconds(at),
          eventSourceUrl: person.sourceUrl,
          userData: { ...identifiers, clientIpAddress: person.ipAddress, clientUserAgent: person.userAgent },
          customData: {
            transactionId: data.transactionId,
            value,
            currency: data.currency,
            pageType: data.event === 'purchase' ? 'purchase' : undefined,
            ecommTotalValue: data.event === 'purchase' ? value : undefined,
            itemIds: items?.map(({ id }) => id),
            items,
          },
        },
      ],
      continueOnValidationError: false,
    },
  };
}
