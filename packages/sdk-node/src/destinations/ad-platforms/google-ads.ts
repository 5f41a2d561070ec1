import type { Destination } from '../destination.js';
import { emailWithoutGmailAlias, hashed, phoneE164 } from '../hash-person.js';
import type { AccessToken } from './access-token.js';
import { type AdConversion, amount, type Built, DAY_MS, frozen } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, flag, type OwnOptions, required } from './ad-options.js';
import { type GoogleOAuth, googleTokens } from './google-access-token.js';
import { GOOGLE_ADS_ANSWERS } from './google-answers.js';
import { type ConversionActions, conversionActions, digits } from './google-conversion-actions.js';

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

/** Options of {@link googleAds}. */
export interface GoogleAdsOptions extends Omit<AdPlatformOptions, 'events'> {
  /** The Google Ads account, with or without dashes. */
  readonly customerId: string;
  /** The manager account whose access is used. */
  readonly loginCustomerId?: string;
  /** The number of the conversion action, for all events or by event; an event without one is not sent. */
  readonly conversionActions: ConversionActions;
  readonly developerToken: string;
  /** How to get access tokens of scope `adwords`: a refresh token with its client, or a function of your own. */
  readonly auth: GoogleOAuth | AccessToken;
  /** Default `v26`. */
  readonly apiVersion?: string;
  /** Conversions are checked but not recorded. Default false. */
  readonly validateOnly?: boolean;
}

// Complete by its type.
const OWN: OwnOptions<GoogleAdsOptions> = {
  customerId: true,
  conversionActions: true,
  developerToken: true,
  auth: true,
  loginCustomerId: true,
  apiVersion: true,
  validateOnly: true,
};

/**
 * Google Ads API: `POST googleads.googleapis.com/<version>/customers/<id>:uploadClickConversions`, one conversion per request
 * with `partialFailure`. **Since 15 June 2026 Google takes no new users here**; without an older upload use
 * `googleDataManager()`.
 *
 * Needs `gclid`, `gbraid` or `wbraid`, or an e-mail address or phone number (hashed here; enhanced conversions for leads). A
 * conversion of a click less than 6 hours old is refused as too recent and sent again 6 hours later; one that stands there
 * already counts as delivered.
 *
 * Source: developers.google.com/google-ads. Unverified: nothing was run against a real account.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function googleAds(options: GoogleAdsOptions): Destination {
  checkAdOptions('googleAds', options, OWN, ['eventId', 'baseUrl']);
  const customer = digits('customerId', options.customerId);
  const login = options.loginCustomerId === undefined ? undefined : digits('loginCustomerId', options.loginCustomerId);
  const version = required('apiVersion', options.apiVersion ?? 'v26', /^v\d+$/, 'a version such as v26');
  const developerToken = required('developerToken', options.developerToken, /^[\x21-\x7e]+$/, 'the developer token');
  const actionOf = conversionActions(options.conversionActions);
  const validateOnly = flag('validateOnly', options.validateOnly);
  const tokens = googleTokens('auth', options.auth);
  const path = `/${version}/customers/${customer}:uploadClickConversions`;
  return adDestination(
    {
      kind: 'google-ads',
      title: 'Google Ads',
      baseUrl: 'https://googleads.googleapis.com',
      events: {},
      otherEvent: (event) => event,
      maxAgeMs: 90 * DAY_MS,
      secrets: [developerToken, ...tokens.secrets],
      answers: GOOGLE_ADS_ANSWERS,
      prepare(conversion) {
        const action = actionOf(conversion.event);
        if (action === undefined) return { skip: `there is no conversion action for ${conversion.event}` };
        const resource = `customers/${customer}/conversionActions/${action}`;
        return frozen(googleClickConversion(conversion, resource, validateOnly));
      },
      async request(body, { now }) {
        const headers = { authorization: `Bearer ${await tokens.get(now)}`, 'developer-token': developerToken };
        return postJson(path, body, login === undefined ? headers : { ...headers, 'login-customer-id': login });
      },
      onAnswer: ({ status }) => {
        if (status === 401) tokens.forget();
      },
    },
    options,
  );
}
