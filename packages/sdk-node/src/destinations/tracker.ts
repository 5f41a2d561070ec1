import {
  createSigner,
  HEADER_ADVERTISER,
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  KeyError,
  type Signer,
} from '@tallyback/protocol';
import { ConfigurationError } from '../errors.js';
import { USER_AGENT } from '../version.js';
import { classifyTrackerAnswer } from './classify-tracker.js';
import type { Attempt, Destination, DestinationOptions, OutgoingRequest } from './destination.js';
import { checkKnown } from './known-options.js';
import { filtered } from './with-filter.js';

export interface TrackerOptions extends DestinationOptions {
  /** Base URL of the tracker, e.g. `https://track.example.com`; may carry a path prefix. */
  readonly url: string;
  /** The advertiser's key in the tracker. */
  readonly advertiser: string;
  /** `whsec_...` or `whsk_...`; several while they are rotated: every request is signed with each. */
  readonly secret: string | readonly string[] | undefined;
}

// Complete by its type.
const OWN: Readonly<Record<Exclude<keyof TrackerOptions, keyof DestinationOptions>, true>> = {
  url: true,
  advertiser: true,
  secret: true,
};

const ADVERTISER = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * A Tallyback tracker: `POST <url>/v1/conversions`, signed as Standard Webhooks 1.0.0.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function tracker(options: TrackerOptions): Destination {
  checkKnown('tracker', options, Object.keys(OWN));
  const { origin, path } = parseUrl(options.url);
  const { advertiser } = options;
  if (typeof advertiser !== 'string' || !ADVERTISER.test(advertiser)) {
    throw new ConfigurationError('advertiser', `must be the advertiser's key in the tracker and match ${ADVERTISER}`);
  }
  const signer = signerOf(options.secret);
  const destination: Destination = {
    kind: 'tracker',
    toRequest({ id, body, now }: Attempt): OutgoingRequest {
      const timestamp = Math.floor(now / 1000);
      // Named one by one: to spread objects takes almost as long as to sign.
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, application/problem+json',
        'user-agent': USER_AGENT,
        [HEADER_ADVERTISER]: advertiser,
        [HEADER_ID]: id,
        [HEADER_TIMESTAMP]: `${timestamp}`,
        [HEADER_SIGNATURE]: signer.sign({ id, timestamp, body }),
      };
      return { method: 'POST', origin, path, headers, body };
    },
    classify: classifyTrackerAnswer,
  };
  return filtered(destination, options);
}

function parseUrl(text: string): { origin: string; path: string } {
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw new ConfigurationError('url', 'must be an absolute URL such as https://track.example.com');
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError('url', `must begin with https:// or http://, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(
      'url',
      'must not contain a user name or password; the signature identifies the sender',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new ConfigurationError('url', 'must be the base URL of the tracker, without a query or fragment');
  }
  return { origin: url.origin, path: `${url.pathname.replace(/\/+$/, '')}/v1/conversions` };
}

function signerOf(secret: TrackerOptions['secret']): Signer {
  if (secret === undefined || secret === null || secret.length === 0) {
    throw new ConfigurationError(
      'secret',
      "is missing; pass the advertiser's signing secret (whsec_...), usually process.env.TALLYBACK_SECRET, and check that the variable is set",
    );
  }
  try {
    return createSigner(secret);
  } catch (error) {
    if (error instanceof KeyError) throw new ConfigurationError('secret', error.message, { cause: error });
    throw error;
  }
}
