import type { ConversionMessage } from '../conversion.js';
import { type CakeCorrections, cakeUpdate, readCakeCorrections } from './cake-corrections.js';
import { readCakeItems } from './cake-items.js';
import { classifyStatus, unknownAnswer } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import type { CommonSendOptions, Network, NetworkAnswer, NetworkVerdict } from './network.js';
import { networkSender } from './network-sender.js';
import { numberedMacros } from './numbered-macros.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, sendable } from './sendable.js';

const title = 'CAKE';
const DAY_MS = 86_400_000;

/** Options of a CAKE destination. `url` is the tracking domain; `events` maps to CAKE's event ids (`e`). */
export interface CakeOptions extends CommonSendOptions {
  /** CAKE's offer id (`o`). May be left out when the click id came from `#oreqid#`, which is offer-specific. */
  readonly offerId?: string;
  /** The currency the offer counts in; conversions in another are not sent. Default: amounts are sent as they are. */
  readonly currency?: string;
  /** How changes are reported. Default: they are not. */
  readonly corrections?: CakeCorrections;
}

/**
 * CAKE. Sends `GET /p.ashx?o&e&r&f=pb&t&p&ap`: `p` is our revenue, `ap` our payout. At most 8 requests a second from one
 * address (20 when CAKE has whitelisted it). An event that is not mapped is refused, except `purchase`, which then goes
 * without `e`. Changes go to the advertiser API `UpdateConversion` when `corrections` is configured: a new revenue, or a
 * full return.
 *
 * CAKE's click id is a request id per session, not per click, and counts for 30 days unless the operator chose otherwise.
 *
 * Unverified: the exact answer (confirmed is whatever contains SUCCESS), its error texts and what it says above the rate
 * limit; the answer and the form of true/false of `UpdateConversion`; whether `e` may be left out.
 *
 * Source: CAKE help center, articles 5000546124 (pixel parameters), 5000545795 (rate limit), 5000546240 (UpdateConversion),
 * 5000545822 (e-commerce pixel), 5000545788 (tokens).
 */
export const cake: Network<CakeOptions> = {
  name: 'cake',
  title,
  send: {
    ratePerSecond: 8,
    windowMs: 30 * DAY_MS,
    configure(given) {
      const options = OptionReader.open('cake', given, ['offerId', 'currency', 'corrections']);
      const base = options.baseUrl();
      const offerId = options.text('offerId');
      const corrections = readCakeCorrections(options, offerId);
      const rules = options.rules({ title, unmapped: 'plain' });
      return networkSender({
        secrets: [corrections?.apiKey],
        request(message: ConversionMessage) {
          if (message.type === 'conversion.updated' && corrections) {
            const checked = sendable(message, { ...rules, hasStatus: true });
            return checked.ok ? cakeUpdate(checked, corrections) : checked;
          }
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          return getRequest(base, '/p.ashx', [
            ['o', offerId],
            ['e', event],
            ['r', clickId],
            ['f', 'pb'],
            ['t', orderEventId(data)],
            ['p', data.revenue],
            ['ap', data.payout],
          ]);
        },
        classify: classifyCake,
      });
    },
  },
  receive: {
    routes: getAndPost('/p.ashx'),
    parameters: { clickId: ['r'], transactionId: ['t'], token: ['token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings);
      // How the pixel was placed, not what happened.
      reader.drop(['f', 'fb']);
      reader.catalogId('offer', 'o');
      reader.catalogId('advertiser', 'a');
      const clickId = reader.clickId('r');
      const event = reader.catalogEvent(false, 'e');
      return reader.postback({
        clickId,
        event,
        transactionId: reader.transactionId(['t'], clickId, event),
        revenue: reader.amount('revenue', 'p') ?? reader.amount('revenue', 'ect'),
        payout: reader.amount('payout', 'ap'),
        currency: reader.currency('eccu'),
        couponCode: reader.text('couponCode', 'ecc'),
        customerId: reader.text('customerId', 'u'),
        items: readCakeItems(reader),
      });
    },
    reply({ outcome, reason = 'malformed_request' }) {
      const result = outcome === 'rejected' ? `code="1" msg="${reason}"` : 'code="0" msg="SUCCESS"';
      return {
        contentType: 'text/xml; charset=utf-8',
        body: `<?xml version="1.0" encoding="utf-8"?><result ${result}/>`,
      };
    },
  },
  macros: {
    title,
    grammar: 'hash',
    names: {
      reqid: 'clickid',
      oreqid: 'clickid',
      price: 'payout',
      tid: 'transaction_id',
      leadid: 'conversion_id',
      affid: 'partner',
      oid: 'offer',
      campid: 'campaign',
      ...numberedMacros((position) => `s${position}`, 5),
    },
  },
  secretParameters: ['ckm_key', 'api_key'],
  unverified: [
    'The exact XML of a success and the texts of errors: confirmed is whatever contains SUCCESS, anything else is tried a few times.',
    'What it answers above the rate limit.',
    'Whether the event id e may be left out.',
    "UpdateConversion's answer, and that it takes true and false in lower case and an empty step.",
  ],
};

// "unsuccessful" must not count, nor <success>false</success>.
const success = /(?<![a-z])success/i;
const negated = /(?<![a-z])success\w*["'>\s:=]*(?:false|0)\b|\b(?:no|not|without)\s+success/i;

function classifyCake(answer: NetworkAnswer): NetworkVerdict {
  const byStatus = classifyStatus(answer);
  if (byStatus) return byStatus;
  const body = answer.body.slice(0, 4000);
  return success.test(body) && !negated.test(body) ? { outcome: 'delivered', confirmed: true } : unknownAnswer(answer);
}
