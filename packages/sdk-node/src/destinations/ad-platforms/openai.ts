import { parseAmount } from '@tallyback/protocol';
import type { Destination } from '../destination.js';
import { email, hashedList, phoneDigits, plainText, verbatim } from '../hash-person.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';
import { type AdConversion, type Built, DAY_MS, frozen, present } from './ad-conversion.js';
import { adDestination, postJson } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions, flag, type OwnOptions, required } from './ad-options.js';
import { OPENAI_ANSWERS } from './answers.js';

/** Our events in OpenAI's words; any other is sent as `custom` under its own name. */
export const OPENAI_EVENTS: Readonly<Record<string, string>> = {
  purchase: 'order_created',
  lead: 'lead_created',
  signup: 'registration_completed',
  registration: 'registration_completed',
  subscription: 'subscription_created',
  trial: 'trial_started',
  appointment: 'appointment_scheduled',
};

// Each event has one shape of data; what is not listed is a custom event.
const SHAPES: Readonly<Record<string, string>> = {
  page_viewed: 'contents',
  contents_viewed: 'contents',
  items_added: 'contents',
  checkout_started: 'contents',
  order_created: 'contents',
  lead_created: 'customer_action',
  registration_completed: 'customer_action',
  appointment_scheduled: 'customer_action',
  subscription_created: 'plan_enrollment',
  trial_started: 'plan_enrollment',
};

/** @internal One event of the Ads Conversions API. */
export function openaiEvent(
  { event, eventId, at, data, person, clickIds }: AdConversion,
  validateOnly: boolean,
): Built {
  const user = openaiUser(person);
  const { oppref } = clickIds;
  if (!user && oppref === undefined) {
    return { skip: 'OpenAI could match nobody: convert() was given neither a person nor an oppref' };
  }
  const shape = Object.hasOwn(SHAPES, event) ? SHAPES[event] : undefined;
  const web = withoutQuery(person.sourceUrl);
  return {
    body: {
      validate_only: validateOnly,
      events: [
        {
          id: eventId,
          type: shape ? event : 'custom',
          custom_event_name: shape ? undefined : event,
          timestamp_ms: at,
          oppref,
          // A web event needs its page.
          action_source: web === undefined ? 'other' : 'web',
          source_url: web,
          user,
          data: { type: shape ?? 'custom', ...money(data.revenue, data.currency), contents: contents(data, shape) },
        },
      ],
    },
  };
}

function openaiUser(person: AdConversion['person']): object | undefined {
  return present({
    emails_sha256: hashedList(person.email, email),
    phone_numbers_sha256: hashedList(person.phone, phoneDigits),
    external_ids_sha256: hashedList(person.externalId, verbatim),
    first_names_sha256: hashedList(person.firstName, plainText),
    last_names_sha256: hashedList(person.lastName, plainText),
    ip_address: person.ipAddress,
    user_agent: person.userAgent,
  });
}

/** Integers in minor units of the currency. */
function money(decimal: string | undefined, currency: string | undefined): object {
  if (decimal === undefined || currency === undefined) return {};
  return { amount: Number(parseAmount(decimal, currency)), currency };
}

function contents({ items, currency }: AdConversion['data'], shape: string | undefined): object[] | undefined {
  if (shape !== undefined && shape !== 'contents') return undefined;
  return items?.map(({ sku, quantity, unitPrice }) => ({ id: sku, quantity, ...money(unitPrice, currency) }));
}

/** Query and fragment of a page often hold what identifies a person. */
function withoutQuery(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin, pathname, protocol } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? `${origin}${pathname}` : undefined;
}

/** Options of {@link openaiConversions}. */
export interface OpenaiOptions extends AdPlatformOptions {
  readonly pixelId: string;
  /** The Conversions API key, not the key of the Advertiser API. */
  readonly accessToken: AccessToken;
  /** Events are checked but not saved. Default false. */
  readonly validateOnly?: boolean;
}

// Complete by its type.
const OWN: OwnOptions<OpenaiOptions> = { pixelId: true, accessToken: true, validateOnly: true };

/**
 * OpenAI Ads Conversions API: `POST bzr.openai.com/v1/events?pid=<pixel>`, one event per request, since one bad event fails
 * all of a request.
 *
 * Needs `oppref` or a `person` (hashed here). Repeated events are recognised by id and type; events older than 7 days become
 * dead letters. Query and fragment of `sourceUrl` are left out.
 *
 * Source: developers.openai.com/ads. Unverified: the lists `emails_sha256`, `phone_numbers_sha256`, ... of `user` (an earlier
 * page has `email_sha256`), the bodies of answers, and how long an id is recognised (taken as 48 hours).
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function openaiConversions(options: OpenaiOptions): Destination {
  checkAdOptions('openaiConversions', options, OWN);
  const pixelId = required('pixelId', options.pixelId, /^[\w-]+$/, 'the id of the pixel');
  const validateOnly = flag('validateOnly', options.validateOnly);
  const token = tokenSource('accessToken', options.accessToken);
  return adDestination(
    {
      kind: 'openai',
      title: 'OpenAI',
      baseUrl: 'https://bzr.openai.com',
      events: OPENAI_EVENTS,
      otherEvent: (event) => event,
      maxAgeMs: 7 * DAY_MS,
      windowMs: 2 * DAY_MS,
      secrets: knownSecrets(options.accessToken),
      answers: OPENAI_ANSWERS,
      prepare: (conversion) => frozen(openaiEvent(conversion, validateOnly)),
      request: async (body) =>
        postJson(`/v1/events?pid=${pixelId}`, body, { authorization: `Bearer ${await token()}` }),
    },
    options,
  );
}
