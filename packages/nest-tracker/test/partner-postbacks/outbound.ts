import { randomBytes } from 'node:crypto';
import type { PartnerPostback, PartnerPostbackOptions } from '../../src/index.js';
import { SECRETS } from '../support/catalog.js';
import { type Json, manage } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

/** Retries at once, so that no test waits. An attempt has its usual time: on a busy machine a good answer takes some. */
export const QUICK: PartnerPostbackOptions = { allowPrivateAddresses: true, retrySchedule: [1, 1, 1, 1, 1, 1] };

/** A catalog with one partner and its postbacks. */
export function catalogWith(postbacks: readonly PartnerPostback[], campaignPostbacks?: readonly PartnerPostback[]) {
  return {
    advertisers: [{ key: 'acme', secrets: [SECRETS.acme] }],
    partners: [{ key: 'blog', postbacks }],
    offers: [
      {
        key: 'boots',
        advertiser: 'acme',
        destination: 'https://shop.example/?clickid={clickid}',
        currency: 'EUR',
        payout: [{ kind: 'percent', percent: '10' }],
      },
    ],
    campaigns: [
      {
        key: 'spring',
        partner: 'blog',
        offers: [{ offer: 'boots' }],
        ...(campaignPostbacks && { postbacks: campaignPostbacks }),
      },
      { key: 'autumn', partner: 'blog', offers: [{ offer: 'boots' }] },
    ],
  };
}

export function externalId(): string {
  return `x${randomBytes(6).toString('hex')}`;
}

/** The outbound log, newest first. */
export async function outboundLog(
  tracker: Pick<Tracker, 'url'>,
  filters: Record<string, string> = {},
): Promise<Json[]> {
  const { body } = await manage(tracker, `/v1/postbacks/out?${new URLSearchParams(filters)}`);
  return body.items as Json[];
}

/** Resolves when the log has so many rows that match; a server that never gets there runs into the test's own limit. */
export async function logged(
  tracker: Pick<Tracker, 'url'>,
  filters: Record<string, string>,
  count: number,
): Promise<Json[]> {
  for (;;) {
    const rows = await outboundLog(tracker, filters);
    if (rows.length >= count) return rows;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
