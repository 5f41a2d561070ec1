import { compileUrlTemplate } from '../template.js';
import { TemplateError } from '../template-finding.js';
import { classifySilent } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import type { CommonSendOptions, Network } from './network.js';
import { networkSender } from './network-sender.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { sendable } from './sendable.js';
import { SENDER_MACROS, senderMacroValue } from './sender-macros.js';
import { ownStatusWords } from './status-word.js';

const title = 'ThriveTracker';

/** Options of a ThriveTracker destination. */
export interface ThriveTrackerOptions extends Pick<CommonSendOptions, 'clickIdField'> {
  /**
   * Your own postback URL from ThriveTracker with our macros for the values: `https://.../...?id={clickid}&sum={revenue}`.
   * Known are {@link SENDER_MACROS}; the click id is required.
   */
  readonly url: string;
  /** Our events to the text of `{event}`; `null` leaves it empty. Default: the event's own name. */
  readonly events?: CommonSendOptions['events'];
}

/**
 * ThriveTracker (Thrive, CloudThrive). Sends the user's own URL template, and a compat route reads the parameters that the
 * user names in its settings: nothing is built in.
 *
 * Unverified: everything. No public source states its postback parameters, tokens, duplicate rule or answers.
 */
export const thrivetracker: Network<ThriveTrackerOptions> = {
  name: 'thrivetracker',
  title,
  send: {
    configure(given) {
      const options = OptionReader.open('thrivetracker', given);
      const source = options.requiredText('url', 'your postback URL with our macros, e.g. ...?id={clickid}');
      const template = compile(source, options);
      const rules = options.rules({ title, unmapped: 'same' });
      return networkSender({
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const url = template.render((macro) => {
            if (macro === 'clickid') return checked.clickId;
            return macro === 'event' ? checked.event : senderMacroValue(macro, message);
          });
          return { ok: true, request: { method: 'GET', url } };
        },
        classify: classifySilent,
      });
    },
  },
  receive: {
    routes: getAndPost('/*'),
    parameters: { clickId: [], transactionId: [], token: ['token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings);
      const clickId = reader.clickId();
      const event = reader.namedEvent();
      return reader.postback({
        clickId,
        event,
        transactionId: reader.transactionId([], clickId, event),
        revenue: reader.amount('revenue'),
        payout: reader.amount('payout'),
        currency: reader.currency(),
        status: reader.status(ownStatusWords, reader.field('status', [])),
        couponCode: reader.text('couponCode'),
        customerId: reader.text('customerId'),
      });
    },
  },
  macros: { title, grammar: 'braces', names: {} },
  secretParameters: [],
  unverified: [
    'No public source states its postback parameters: sender and receiver use what the user configures.',
    'Its tokens, duplicate rule and answers are unknown; any 2xx counts as delivered.',
  ],
};

function compile(source: string, options: OptionReader) {
  try {
    return compileUrlTemplate(source, { macros: SENDER_MACROS, requireClickId: true });
  } catch (error) {
    if (error instanceof TemplateError) return options.fail('url', error.message, error);
    throw error;
  }
}
