import type { Network } from './network.js';
import { type PlainPostbackOptions, plainPostback } from './plain-postback.js';

const title = 'BeMob';

/**
 * BeMob. Sends `GET /postback?cid&payout&txid`; `payout` is the revenue. Only `purchase` is sent unless other events are
 * mapped to `null`.
 *
 * Unverified: any 2xx counts as delivered, since no answer body is documented; an event parameter of the postback; the
 * currency of amounts.
 *
 * Source: docs.bemob.com, "Postback".
 */
export const bemob: Network<PlainPostbackOptions> = {
  name: 'bemob',
  title,
  send: plainPostback('bemob', title, '/postback', 'cid'),
  macros: {
    title,
    grammar: 'braces',
    names: { clickId: 'clickid', externalId: 'external_id', payout: 'payout' },
  },
  secretParameters: [],
  unverified: [
    'Any 2xx counts as delivered: the bodies of its answers are not documented.',
    'Whether its postback can name an event or a currency.',
  ],
};
