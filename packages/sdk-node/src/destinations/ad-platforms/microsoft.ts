import type { Destination } from '../destination.js';
import { emailWithoutAlias, hashed, phoneE164, verbatim } from '../hash-person.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, amount, type Built, DAY_MS, frozen, present, seconds } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, type OwnOptions, required } from './ad-options.js';
import { MICROSOFT_ANSWERS } from './answers.js';

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

/** Options of {@link microsoftConversions}. */
export interface MicrosoftOptions extends AdPlatformOptions {
  /** The number of the UET tag. */
  readonly tagId: string;
  /** The tag's API token, from your Microsoft account manager. */
  readonly accessToken: AccessToken;
}

// Complete by its type.
const OWN: OwnOptions<MicrosoftOptions> = { tagId: true, accessToken: true };

/**
 * Microsoft Advertising UET Conversions API: `POST capi.uet.microsoft.com/v1/<tag>/events`, one custom event per request,
 * under our own event name unless `events` says otherwise. **Microsoft must enable the API for your account.**
 *
 * Needs `msclkid`, or an e-mail address, phone number or external id. Events older than 7 days become dead letters.
 *
 * Source: learn.microsoft.com, UET Conversions API integration guide. Unverified: the 7 days, and how long an event id is
 * recognised (taken as 48 hours).
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function microsoftConversions(options: MicrosoftOptions): Destination {
  checkAdOptions('microsoftConversions', options, OWN);
  const tagId = required('tagId', options.tagId, /^\d+$/, 'the number of the UET tag');
  const token = tokenSource('accessToken', options.accessToken);
  return adDestination(
    {
      kind: 'microsoft',
      title: 'Microsoft',
      baseUrl: 'https://capi.uet.microsoft.com',
      events: {},
      otherEvent: (event) => event,
      maxAgeMs: 7 * DAY_MS,
      windowMs: 2 * DAY_MS,
      secrets: knownSecrets(options.accessToken),
      answers: MICROSOFT_ANSWERS,
      prepare: (conversion) => frozen(microsoftEvent(conversion)),
      request: async (body) => postJson(`/v1/${tagId}/events`, body, { authorization: `Bearer ${await token()}` }),
    },
    options,
  );
}
