import type { SendResult } from './network.js';
import type { OptionReader } from './option-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, type Sendable, unsendable } from './sendable.js';

/** CAKE's advertiser API, which takes changes of a conversion. */
export interface CakeCorrections {
  /** Base URL of the API, e.g. `https://acme.cakemarketing.com`. */
  readonly url: string;
  readonly apiKey: string;
  readonly advertiserId: string;
  /** CAKE's event step, where the offer has several. Default: empty. */
  readonly step?: string;
}

/** Corrections as configured. */
export interface ReadCakeCorrections {
  readonly base: string;
  readonly apiKey: string;
  readonly advertiserId: string;
  readonly offerId: string;
  readonly step: string;
}

/** Reads the option `corrections`. */
export function readCakeCorrections(
  options: OptionReader,
  offerId: string | undefined,
): ReadCakeCorrections | undefined {
  const own = options.nested('corrections', ['url', 'apiKey', 'advertiserId', 'step']);
  if (!own) return undefined;
  if (offerId === undefined) return options.fail('offerId', "is missing: CAKE's UpdateConversion needs the offer");
  own.secret('apiKey');
  return {
    base: own.baseUrl(),
    apiKey: own.requiredText('apiKey', "the advertiser's API key"),
    advertiserId: own.requiredText('advertiserId', "the advertiser's id in CAKE"),
    offerId,
    step: own.text('step') ?? '',
  };
}

/**
 * The call that overwrites a conversion's revenue or marks it returned. It sets, never adds, so that a repeated request changes
 * nothing.
 */
export function cakeUpdate(
  { clickId, data }: Extract<Sendable, { ok: true }>,
  { base, apiKey, advertiserId, offerId, step }: ReadCakeCorrections,
): SendResult {
  const { revenue, status } = data;
  if (status !== undefined && status !== 'refunded') {
    return unsendable('status_unsupported', `CAKE's UpdateConversion takes a revenue or a return, not "${status}"`);
  }
  return getRequest(base, '/advertisers/api/1/track.asmx/UpdateConversion', [
    ['api_key', apiKey],
    ['advertiser_id', advertiserId],
    ['request_id', clickId],
    ['offer_id', offerId],
    ['step', step],
    ['amount', revenue ?? '0'],
    // Without a new revenue nothing is added to the old one; with one it replaces the old one.
    ['add_to_existing', revenue === undefined ? 'true' : 'false'],
    ['mark_as_returned', status === 'refunded' ? 'true' : 'false'],
    ['transaction_id', orderEventId(data)],
  ]);
}
