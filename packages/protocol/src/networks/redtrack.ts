import { classifySilent } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import type { CommonSendOptions, Network } from './network.js';
import { networkSender } from './network-sender.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, sendable } from './sendable.js';

const title = 'RedTrack';

/** Options of a RedTrack destination. `url` is the tracking domain. An event that is not mapped is sent by its own name as `type`. */
export interface RedTrackOptions extends CommonSendOptions {
  /** The currency the campaign counts in; conversions in another are not sent. Default: amounts are sent as they are. */
  readonly currency?: string;
}

/**
 * RedTrack. Sends `GET /postback?clickid&sum&type&rdtk_event_id`: `sum` is the revenue, `type` one of up to 20 conversion
 * types of the account (case-sensitive), `rdtk_event_id` the transaction id, by which RedTrack can ignore duplicates when it
 * is set up so.
 *
 * Unverified: any 2xx counts as delivered, since no answer body is documented; the tokens `{ref_id}`, `{payout}`, `{type}`.
 *
 * Source: RedTrack help, "Tracking event types", "Duplicate postback settings".
 */
export const redtrack: Network<RedTrackOptions> = {
  name: 'redtrack',
  title,
  send: {
    configure(given) {
      const options = OptionReader.open('redtrack', given, ['currency']);
      const base = options.baseUrl();
      const rules = options.rules({ title, unmapped: 'same' });
      return networkSender({
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          return getRequest(base, '/postback', [
            ['clickid', clickId],
            ['sum', data.revenue],
            ['type', event],
            ['rdtk_event_id', orderEventId(data)],
          ]);
        },
        classify: classifySilent,
      });
    },
  },
  receive: {
    routes: getAndPost('/postback'),
    parameters: { clickId: ['clickid'], transactionId: ['rdtk_event_id'], token: ['token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings);
      const clickId = reader.clickId('clickid');
      const event = reader.namedEvent('type');
      const transactionId = reader.transactionId(['rdtk_event_id'], clickId, event);
      return reader.postback({ clickId, event, transactionId, revenue: reader.amount('revenue', 'sum') });
    },
  },
  macros: {
    title,
    grammar: 'braces',
    names: { clickid: 'clickid', ref_id: 'external_id', payout: 'payout', type: 'event' },
    unverified: ['ref_id', 'payout', 'type'],
  },
  secretParameters: [],
  unverified: [
    'Any 2xx counts as delivered: the bodies of its answers are not documented.',
    'The tokens {ref_id}, {payout} and {type}.',
  ],
};
