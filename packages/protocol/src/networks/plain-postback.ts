import { classifySilent } from './common-classification.js';
import type { CommonSendOptions, NetworkSend } from './network.js';
import { networkSender } from './network-sender.js';
import { OptionReader } from './option-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, sendable } from './sendable.js';

/** Options of networks whose postback holds a click id, an amount and a transaction id, and nothing else. */
export interface PlainPostbackOptions extends CommonSendOptions {
  /** There are no event names: `{ lead: null }` sends leads as plain conversions, too. Default: only `purchase` is sent. */
  readonly events?: Readonly<Record<string, null>>;
  /** The currency the network counts in; conversions in another are not sent. Default: amounts are sent as they are. */
  readonly currency?: string;
}

/** The sender of such a network: `GET <path>?<clickIdParameter>&payout&txid`. */
export function plainPostback(
  name: string,
  title: string,
  path: string,
  clickIdParameter: string,
): NetworkSend<PlainPostbackOptions> {
  return {
    configure(given) {
      const options = OptionReader.open(name, given, ['currency']);
      const base = options.baseUrl();
      const rules = options.rules({ title, unmapped: 'plain', named: false });
      return networkSender({
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          return getRequest(base, path, [
            [clickIdParameter, checked.clickId],
            ['payout', checked.data.revenue],
            ['txid', orderEventId(checked.data)],
          ]);
        },
        classify: classifySilent,
      });
    },
  };
}
