import type { ConversionStatus } from '../conversion.js';
import { classifySilent } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import type { CommonSendOptions, Network } from './network.js';
import { networkSender } from './network-sender.js';
import { numberedMacros } from './numbered-macros.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { sendable, unsendable } from './sendable.js';
import { ownStatusWords, statusWord } from './status-word.js';

const title = 'Binom';

/** Options of a Binom destination. `url` is the tracker's domain; `events` maps to conversion statuses, which are free text. */
export interface BinomOptions extends CommonSendOptions {
  /** Words for our statuses. Default: our own. */
  readonly statuses?: Readonly<Partial<Record<ConversionStatus, string>>>;
  /**
   * Whether the offer is set to **replace** the payout of a conversion that comes again ("upsell" off). Only then a change of
   * revenue can be sent; otherwise it would be added. Default: false.
   */
  readonly replacesPayout?: boolean;
}

/**
 * Binom. Sends `GET /click.php?cnv_id&payout&cnv_status&cnv_currency`: `payout` is the revenue; a conversion without status
 * and mapped event goes without `cnv_status`. Changes of status are the same postback with another status.
 *
 * Its postback has **no transaction id**: a second order of one click replaces the first, or is added to it when the offer
 * says "upsell"; then a postback that is delivered twice after a lost answer is added twice. A fixed payout in the offer
 * overrides the one sent.
 *
 * Unverified: any 2xx counts as delivered, since no answer body is documented; that a postback with a status and without a
 * payout keeps the payout; the tokens `{payout}` and `{token_1}`...
 *
 * Source: docs.binom.org, "Postback URL", "Payout tracking".
 */
export const binom: Network<BinomOptions> = {
  name: 'binom',
  title,
  send: {
    configure(given) {
      const options = OptionReader.open('binom', given, ['statuses', 'replacesPayout']);
      const base = options.baseUrl();
      const rules = { ...options.rules({ title, unmapped: 'plain' }), hasStatus: true };
      const statuses = { ...ownStatusWords, ...options.statuses() };
      const replacesPayout = options.flag('replacesPayout');
      return networkSender({
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          if (message.type === 'conversion.updated' && data.revenue !== undefined && !replacesPayout) {
            const why = 'Binom may add a repeated payout; set "replacesPayout" when the offer is set to replace it';
            return unsendable('update_unsupported', why);
          }
          return getRequest(base, '/click.php', [
            ['cnv_id', clickId],
            ['payout', data.revenue],
            ['cnv_status', statusWord(data, event, statuses, undefined)],
            ['cnv_currency', data.revenue === undefined ? undefined : data.currency],
          ]);
        },
        classify: classifySilent,
      });
    },
  },
  receive: {
    routes: getAndPost('/click.php'),
    parameters: { clickId: ['cnv_id', 'clickid'], transactionId: [], token: ['token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings);
      const clickId = reader.clickId('cnv_id', 'clickid');
      const event = reader.namedEvent();
      return reader.postback(
        {
          clickId,
          event,
          transactionId: reader.transactionId([], clickId, event),
          status: reader.status(ownStatusWords, reader.field('status', ['cnv_status'])),
          revenue: reader.amount('revenue', 'payout'),
          currency: reader.currency('cnv_currency'),
        },
        'update',
      );
    },
  },
  macros: {
    title,
    grammar: 'braces',
    names: {
      clickid: 'clickid',
      externalid: 'external_id',
      payout: 'payout',
      cnv_status: 'status',
      ...numberedMacros((position) => `token_${position}`, 10),
    },
    unverified: ['payout', ...Object.keys(numberedMacros((position) => `token_${position}`, 10))],
  },
  secretParameters: [],
  unverified: [
    'Any 2xx counts as delivered: the bodies of its answers are not documented.',
    'That a postback with a status and without a payout keeps the payout.',
    'The tokens {payout} and {token_1} to {token_10}.',
  ],
};
