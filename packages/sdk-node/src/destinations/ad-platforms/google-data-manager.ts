import { emailWithoutGmailAlias, hashed, lowerCase, phoneE164 } from '../hash-person.js';
import { type AdConversion, amount, type Built } from './ad-conversion.js';
import { googleClickId } from './google-ads.js';

/** Where Google files it. */
export interface GoogleAccounts {
  /** The Google Ads conversion customer, digits only. */
  readonly customerId: string;
  /** The manager account whose access is used, digits only. */
  readonly loginCustomerId?: string;
}

/** @internal One event of the Data Manager API's `events:ingest`. `actionId` is the number of the conversion action. */
export function googleDataManagerEvent(
  { at, data, eventId, person, clickIds }: AdConversion,
  accounts: GoogleAccounts,
  actionId: string,
  validateOnly: boolean,
): Built {
  const adIdentifiers = googleClickId(clickIds);
  const userIdentifiers = identifiersOf(person);
  if (!adIdentifiers && userIdentifiers.length === 0) {
    return { skip: 'there is no Google click id and neither an e-mail address nor a phone number to match' };
  }
  return {
    body: {
      destinations: [
        {
          operatingAccount: account(accounts.customerId),
          loginAccount: accounts.loginCustomerId === undefined ? undefined : account(accounts.loginCustomerId),
          productDestinationId: actionId,
        },
      ],
      events: [
        {
          transactionId: eventId,
          eventTimestamp: new Date(at).toISOString(),
          eventSource: 'WEB',
          adIdentifiers,
          userData: userIdentifiers.length === 0 ? undefined : { userIdentifiers },
          conversionValue: amount(data.revenue),
          currency: data.currency,
        },
      ],
      encoding: 'HEX',
      validateOnly,
    },
  };
}

function account(accountId: string): object {
  return { accountType: 'GOOGLE_ADS', accountId };
}

function identifiersOf(person: AdConversion['person']): object[] {
  const emailAddress = hashed(person.email, emailWithoutGmailAlias);
  const phoneNumber = hashed(person.phone, phoneE164);
  const givenName = hashed(person.firstName, lowerCase);
  const familyName = hashed(person.lastName, lowerCase);
  const regionCode = person.country?.trim().toUpperCase();
  const postalCode = person.postalCode?.trim();
  const identifiers: object[] = [];
  if (emailAddress) identifiers.push({ emailAddress });
  if (phoneNumber) identifiers.push({ phoneNumber });
  // An address counts only with all four parts; country and postal code go unhashed.
  if (givenName && familyName && regionCode && postalCode) {
    identifiers.push({ address: { givenName, familyName, regionCode, postalCode } });
  }
  return identifiers;
}
