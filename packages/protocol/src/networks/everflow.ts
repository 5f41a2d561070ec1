import { classifySilent } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import { metadataParameters } from './metadata-parameters.js';
import type { CommonSendOptions, Network } from './network.js';
import { networkSender } from './network-sender.js';
import { numberedMacros } from './numbered-macros.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { type SendRules, sendable } from './sendable.js';

const title = 'Everflow';
const DAY_MS = 86_400_000;

/** Options of an Everflow destination. `url` is the conversion domain; `events` maps to Everflow's event ids. */
export interface EverflowOptions extends CommonSendOptions {
  /** Everflow's network id (`nid`). */
  readonly networkId: string;
  /** Whether `events` holds event ids (`event_id`, default) or the advertiser's own (`adv_event_id`). */
  readonly eventIds?: 'event_id' | 'adv_event_id';
  /** `verification_token`, where the advertiser has one enabled. */
  readonly verificationToken?: string;
  /** The currency the offer counts in; conversions in another are not sent. Default: amounts are sent as they are. */
  readonly currency?: string;
  /** `adv1`..`adv10` from metadata fields: `{ adv1: 'plan' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Everflow. Sends `GET /?nid&transaction_id&amount&event_id|adv_event_id&adv1..10&order_id&coupon_code&verification_token`.
 * Their `transaction_id` is the **click id**; ours goes as `order_id`. A conversion without click is sent when it has a coupon
 * code. `purchase` is their base conversion; any other event must be mapped. Conversions later than 90 days after the click
 * are lost.
 *
 * A delivery is never confirmed: Everflow answers 200 to senders it refuses, too. What became of it is in its conversion
 * report (`GET /v1/networks/reporting/events/{transactionId}`).
 *
 * Unverified: the answer bodies; what `order_id` means for duplicates; the tokens `{conversion_id}`.
 *
 * Source: Everflow helpdesk, "Accessing and editing S2S postback URLs", "Conversions error code reference guide".
 */
export const everflow: Network<EverflowOptions> = {
  name: 'everflow',
  title,
  send: {
    windowMs: 90 * DAY_MS,
    configure(given) {
      const own = ['networkId', 'eventIds', 'verificationToken', 'currency', 'parameters'];
      const options = OptionReader.open('everflow', given, own);
      const base = options.baseUrl();
      const networkId = options.requiredText('networkId', "Everflow's network id, the nid of its postback URL");
      const eventIds = options.text('eventIds') ?? 'event_id';
      if (eventIds !== 'event_id' && eventIds !== 'adv_event_id') {
        return options.fail('eventIds', 'must be "event_id" or "adv_event_id"');
      }
      const token = options.secret('verificationToken');
      const parameters = options.texts('parameters', /^adv(?:[1-9]|10)$/, 'adv1 to adv10');
      const rules: SendRules = {
        ...options.rules({ title, unmapped: 'plain' }),
        withoutClickId: ({ data }) => data.couponCode !== undefined,
      };
      return networkSender({
        secrets: [token],
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          return getRequest(base, '/', [
            ['nid', networkId],
            ['transaction_id', clickId],
            ['amount', data.revenue],
            [eventIds, event],
            ...metadataParameters(parameters, data.metadata),
            ['order_id', data.transactionId],
            ['coupon_code', data.couponCode],
            ['verification_token', token],
          ]);
        },
        classify: classifySilent,
      });
    },
  },
  receive: {
    routes: getAndPost('/'),
    parameters: { clickId: ['transaction_id'], transactionId: ['order_id'], token: ['verification_token', 'token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings, ['verification_token']);
      // Personal data that nothing here is attributed by.
      reader.drop(['email']);
      reader.catalogId('network', 'nid');
      reader.catalogId('offer', 'oid');
      reader.catalogId('partner', 'affid');
      const clickId = reader.clickId('transaction_id');
      const event = reader.catalogEvent(true, 'event_id', 'adv_event_id');
      return reader.postback({
        clickId,
        event,
        transactionId: reader.transactionId(['order_id'], clickId, event),
        revenue: reader.amountWithComma('revenue', 'amount'),
        couponCode: reader.text('couponCode', 'coupon_code'),
        customerId: reader.text('customerId', 'user_id'),
      });
    },
  },
  macros: {
    title,
    grammar: 'braces',
    names: {
      transaction_id: 'clickid',
      payout_amount: 'payout',
      sale_amount: 'revenue',
      order_id: 'transaction_id',
      event_name: 'event',
      event_id: 'event',
      conversion_id: 'conversion_id',
      ...numberedMacros((position) => `sub${position}`, 10),
    },
    unverified: ['conversion_id'],
  },
  secretParameters: ['verification_token'],
  unverified: [
    'The bodies of its answers are not documented; 200 is also what a refused sender sees.',
    'What order_id means for duplicates is not documented.',
    'The token {conversion_id} is not documented.',
  ],
};
