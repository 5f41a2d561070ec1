import type { Network } from './network.js';
import { type PlainPostbackOptions, plainPostback } from './plain-postback.js';

const title = 'ClickFlare';

/**
 * ClickFlare. Sends `GET /cf/cv?click_id&payout&txid`; `payout` is the revenue. Only `purchase` is sent unless other events
 * are mapped to `null`.
 *
 * Unverified: any 2xx counts as delivered, since no answer body is documented; an event parameter of the postback; the
 * currency of amounts; duplicate rules.
 *
 * Source: ClickFlare help, "Postback URL".
 */
export const clickflare: Network<PlainPostbackOptions> = {
  name: 'clickflare',
  title,
  send: plainPostback('clickflare', title, '/cf/cv', 'click_id'),
  macros: { title, grammar: 'braces', names: { cf_click_id: 'clickid', click_id: 'clickid' } },
  secretParameters: [],
  unverified: [
    'Any 2xx counts as delivered: the bodies of its answers are not documented.',
    'Whether its postback can name an event or a currency, and its duplicate rules.',
  ],
};
