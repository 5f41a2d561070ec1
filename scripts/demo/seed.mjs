import { mkdirSync, writeFileSync } from 'node:fs';
import { inRepository } from '../setup/repository.mjs';

const PATH = 'var/demo-seed.json';

/**
 * Writes the catalog of the demonstration: one advertiser (the shop), its offer, a partner and the partner's campaign.
 *
 * @param {{ shopUrl: string, secret: string, token: string }} options `secret` signs the shop's messages, `token` lets
 *   classic postback URLs in
 * @returns {string} path of the file, readable by its owner only since the secret is in it
 */
export function writeSeed({ shopUrl, secret, token }) {
  const seed = {
    advertisers: [{ key: 'acme', name: 'Fjell & Fern', accept: ['signature', 'token'], secrets: [secret], token }],
    offers: [
      {
        key: 'boots',
        advertiser: 'acme',
        destination: `${shopUrl}/land?clickid={clickid}&s={sub1}`,
        currency: 'EUR',
        payout: [
          { event: 'purchase', kind: 'percent', percent: '10' },
          { event: 'lead', kind: 'fixed', amount: '2.00' },
        ],
        events: ['purchase', 'lead'],
      },
    ],
    partners: [{ key: 'trailblog', name: 'The Trail Blog', clickIdParameter: 'external_id' }],
    campaigns: [
      {
        key: 'spring',
        partner: 'trailblog',
        offers: [{ offer: 'boots', weight: 1 }],
        redirect: 302,
        fallbackUrl: `${shopUrl}/`,
      },
    ],
  };
  // Secrets, click data and orders lie there.
  mkdirSync(inRepository('var'), { recursive: true, mode: 0o700 });
  writeFileSync(inRepository(PATH), JSON.stringify(seed, undefined, 2), { mode: 0o600 });
  return PATH;
}
