import { type Destination, retryAfterMs, type Verdict } from '@tallyback/sdk-node/outbox';
import { partnerDestination } from '../partner-postbacks/partner-destination.js';
import type { PartnerPostbackOptions } from '../partner-postbacks/postback-faults.js';
import type { Webhook } from './webhook.entity.js';

/** HTTP status by which a receiver says that it wants to be told nothing more (Standard Webhooks). */
const GONE = 410;

/** Where a webhook goes: what was frozen is sent as it is, signed anew by every attempt. */
export function webhookDestination({ secret }: Pick<Webhook, 'secret'>, options?: PartnerPostbackOptions): Destination {
  return {
    ...partnerDestination({ secret }, options),
    kind: 'webhook',
    // By the status alone, as Standard Webhooks has it: what the receiver's answer says is its own business.
    classify({ status, headers }, now): Verdict {
      if (status >= 200 && status < 300) return { outcome: 'delivered' };
      const why = `HTTP ${status}`;
      if (status === GONE) return { outcome: 'dead', why };
      const wait = retryAfterMs(headers['retry-after'], now);
      return { outcome: 'retry', why, ...(wait !== undefined && { retryAfterMs: wait }) };
    },
  };
}
