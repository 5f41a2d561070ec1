import { classifySilent } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import { metadataParameters } from './metadata-parameters.js';
import type { CommonSendOptions, Network } from './network.js';
import { networkSender } from './network-sender.js';
import { numberedMacros } from './numbered-macros.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, sendable } from './sendable.js';

const title = 'Voluum';

/** Options of a Voluum destination. `url` is the tracking domain. An event that is not mapped is sent by its own name as `et`. */
export interface VoluumOptions extends CommonSendOptions {
  /** `param1`..`param5` from metadata fields: `{ param1: 'plan' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Voluum. Sends `GET /postback?cid&payout&txid&currency&et&param1..5`; `payout` is the revenue. Their `txid` is unique only
 * inside one click: a compat route may need `transactionIdScope: 'click'`.
 *
 * Unverified: any 2xx counts as delivered, since no answer body is documented; what becomes of an `et` that the account does
 * not define; the tokens `{txid}` and `{et}`.
 *
 * Source: Voluum documentation, "Tracking conversions with postback", "Upselling", "Custom conversions".
 */
export const voluum: Network<VoluumOptions> = {
  name: 'voluum',
  title,
  send: {
    configure(given) {
      const options = OptionReader.open('voluum', given, ['parameters']);
      const base = options.baseUrl();
      const rules = options.rules({ title, unmapped: 'same' });
      const parameters = options.texts('parameters', /^param[1-5]$/, 'param1 to param5');
      return networkSender({
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          return getRequest(base, '/postback', [
            ['cid', clickId],
            ['payout', data.revenue],
            ['txid', orderEventId(data)],
            ['currency', data.revenue === undefined ? undefined : data.currency],
            ['et', event],
            ...metadataParameters(parameters, data.metadata),
          ]);
        },
        classify: classifySilent,
      });
    },
  },
  receive: {
    routes: getAndPost('/postback'),
    parameters: { clickId: ['cid', 'c'], transactionId: ['txid'], token: ['token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings);
      const clickId = reader.clickId('cid', 'c');
      const event = reader.namedEvent('et');
      const transactionId = reader.transactionId(['txid'], clickId, event);
      const revenue = reader.amount('revenue', 'payout', 'p');
      return reader.postback({ clickId, event, transactionId, revenue, currency: reader.currency('currency') });
    },
  },
  macros: {
    title,
    grammar: 'braces',
    names: {
      clickid: 'clickid',
      externalid: 'external_id',
      payout: 'payout',
      country: 'country',
      'campaign.id': 'campaign',
      txid: 'transaction_id',
      et: 'event',
      ...numberedMacros((position) => `var${position}`, 10),
    },
    unverified: ['txid', 'et'],
  },
  secretParameters: [],
  unverified: [
    'Any 2xx counts as delivered: neither success nor error bodies are documented.',
    'What becomes of an et that the account does not define is not documented.',
    'The tokens {txid} and {et} are not documented for outgoing postbacks.',
  ],
};
