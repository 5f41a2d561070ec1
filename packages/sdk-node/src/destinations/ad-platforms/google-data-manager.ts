import type { Destination } from '../destination.js';
import { emailWithoutGmailAlias, hashed, lowerCase, phoneE164 } from '../hash-person.js';
import type { AccessToken } from './access-token.js';
import { type AdConversion, amount, type Built, DAY_MS, frozen } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, flag, type OwnOptions } from './ad-options.js';
import { type GoogleOAuth, googleTokens } from './google-access-token.js';
import { googleClickId } from './google-ads.js';
import { GOOGLE_DATA_MANAGER_ANSWERS } from './google-answers.js';
import { type ConversionActions, conversionActions, digits } from './google-conversion-actions.js';

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

/** Options of {@link googleDataManager}. */
export interface GoogleDataManagerOptions extends Omit<AdPlatformOptions, 'events'> {
  /** The Google Ads **conversion customer**, with or without dashes. */
  readonly customerId: string;
  /** The manager account whose access is used. */
  readonly loginCustomerId?: string;
  /** The number of the conversion action, for all events or by event; an event without one is not sent. */
  readonly conversionActions: ConversionActions;
  /** How to get access tokens of scope `datamanager`: a refresh token with its client, or a function of your own. */
  readonly auth: GoogleOAuth | AccessToken;
  /** Events are checked but not recorded. Default false. */
  readonly validateOnly?: boolean;
}

// Complete by its type.
const OWN: OwnOptions<GoogleDataManagerOptions> = {
  customerId: true,
  conversionActions: true,
  auth: true,
  loginCustomerId: true,
  validateOnly: true,
};

/**
 * Google Data Manager API: `POST datamanager.googleapis.com/v1/events:ingest`, one event per request. The way into Google Ads
 * for everybody who did not upload conversions before June 2026; needs no developer token.
 *
 * Needs `gclid`, `gbraid` or `wbraid`, or an e-mail address, phone number or full address (hashed here). **Its yes proves
 * receipt only**: Google checks events later and tells faults in the account's diagnostics.
 *
 * Source: developers.google.com/data-manager. Unverified: nothing was run against a real account.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function googleDataManager(options: GoogleDataManagerOptions): Destination {
  checkAdOptions('googleDataManager', options, OWN, ['eventId', 'baseUrl']);
  const customerId = digits('customerId', options.customerId);
  const { loginCustomerId: login } = options;
  const accounts = {
    customerId,
    ...(login === undefined ? {} : { loginCustomerId: digits('loginCustomerId', login) }),
  };
  const actionOf = conversionActions(options.conversionActions);
  const validateOnly = flag('validateOnly', options.validateOnly);
  const tokens = googleTokens('auth', options.auth);
  return adDestination(
    {
      kind: 'google-data-manager',
      title: 'Google Data Manager',
      baseUrl: 'https://datamanager.googleapis.com',
      events: {},
      otherEvent: (event) => event,
      maxAgeMs: 90 * DAY_MS,
      secrets: tokens.secrets,
      answers: GOOGLE_DATA_MANAGER_ANSWERS,
      prepare(conversion) {
        const action = actionOf(conversion.event);
        if (action === undefined) return { skip: `there is no conversion action for ${conversion.event}` };
        return frozen(googleDataManagerEvent(conversion, accounts, action, validateOnly));
      },
      request: async (body, { now }) =>
        postJson('/v1/events:ingest', body, { authorization: `Bearer ${await tokens.get(now)}` }),
      onAnswer: ({ status }) => {
        if (status === 401) tokens.forget();
      },
    },
    options,
  );
}
