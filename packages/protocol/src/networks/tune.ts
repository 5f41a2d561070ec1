import { parseClickId } from '../click-id.js';
import { reasonStatus } from '../outcome.js';
import { classifyStatus, shownText, unknownAnswer } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import { metadataParameters } from './metadata-parameters.js';
import type { CommonSendOptions, Network, NetworkAnswer, NetworkVerdict } from './network.js';
import { networkSender } from './network-sender.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, sendable } from './sendable.js';

const title = 'TUNE';

/**
 * Options of a TUNE destination. `url` is the network's domain, e.g. `https://acme.go2cloud.org`; `events` maps to an offer id
 * per event, since TUNE counts what an offer is about.
 */
export interface TuneOptions extends CommonSendOptions {
  /** The offer (`offer_id`) of `purchase` and of events mapped to `null`. */
  readonly offerId: string;
  /** `security_token`, where the advertiser has one applied. */
  readonly securityToken?: string;
  /**
   * Put before the transaction id in `conversion_unique_id`, which is unique for the **whole network** forever: without it
   * another advertiser's order 1001 makes yours a duplicate. Default: empty.
   */
  readonly uniqueIdPrefix?: string;
  /** The currency the offer counts in; conversions in another are not sent. Default: amounts are sent as they are. */
  readonly currency?: string;
  /** `adv_sub2`..`adv_sub5` from metadata fields; `adv_sub` is the transaction id. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * TUNE (HasOffers). Sends `GET /aff_lsr?offer_id&transaction_id&amount&adv_sub&security_token&conversion_unique_id`. Their
 * `transaction_id` is the **click id**; ours goes as `adv_sub` and, unique per event, as `conversion_unique_id`.
 *
 * Answers 200 to everything; the body says `success=true;` or `success=false; err_msg=...;`. "Duplicate conversion" counts as
 * delivered: it stands there.
 *
 * Unverified: how goals are sent (an offer per event is used instead); `adv_sub2`..`adv_sub5` as parameters; the tokens
 * `{conversion_unique_id}`, `{conversion_id}` and `{goal_id}`.
 *
 * Source: TUNE help center, articles 4413247665431 (postback), 1500007718142 (security token), 1500008248141 (unique ids).
 */
export const tune: Network<TuneOptions> = {
  name: 'tune',
  title,
  send: {
    configure(given) {
      const own = ['offerId', 'securityToken', 'uniqueIdPrefix', 'currency', 'parameters'];
      const options = OptionReader.open('tune', given, own);
      const base = options.baseUrl();
      const offerId = options.requiredText('offerId', "TUNE's offer id");
      const token = options.secret('securityToken');
      const prefix = options.text('uniqueIdPrefix') ?? '';
      const parameters = options.texts('parameters', /^adv_sub[2-5]$/, 'adv_sub2 to adv_sub5');
      const rules = options.rules({ title, unmapped: 'plain' });
      return networkSender({
        secrets: [token],
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          return getRequest(base, '/aff_lsr', [
            ['offer_id', event ?? offerId],
            ['transaction_id', clickId],
            ['amount', data.revenue],
            ['adv_sub', data.transactionId],
            ...metadataParameters(parameters, data.metadata),
            ['security_token', token],
            ['conversion_unique_id', prefix + orderEventId(data)],
          ]);
        },
        classify: classifyTune,
      });
    },
  },
  receive: {
    routes: getAndPost('/aff_lsr'),
    parameters: {
      clickId: ['transaction_id'],
      transactionId: ['conversion_unique_id'],
      token: ['security_token', 'token'],
    },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings, ['security_token']);
      reader.catalogId('offer', 'offer_id');
      const clickId = reader.clickId('transaction_id');
      const event = reader.catalogEvent(true, 'goal_id');
      return reader.postback({
        clickId,
        event,
        // Not adv_sub: a free field, which may be the same for every conversion.
        transactionId: reader.transactionId(['conversion_unique_id'], clickId, event),
        revenue: reader.amount('revenue', 'amount'),
      });
    },
    reply({ outcome, reason = 'malformed_request' }, parameters) {
      return { contentType: 'text/plain; charset=utf-8', body: replyOf(outcome, reason, parameters) };
    },
  },
  macros: {
    title,
    grammar: 'braces',
    names: {
      transaction_id: 'clickid',
      aff_click_id: 'external_id',
      payout: 'payout',
      conversion_unique_id: 'transaction_id',
      conversion_id: 'conversion_id',
      goal_id: 'event',
      aff_sub: 'sub1',
      aff_sub2: 'sub2',
      aff_sub3: 'sub3',
      aff_sub4: 'sub4',
      aff_sub5: 'sub5',
    },
    unverified: ['conversion_unique_id', 'conversion_id', 'goal_id'],
  },
  secretParameters: ['security_token'],
  unverified: [
    'How goals are sent: events other than purchase need an offer of their own; a goal_id that comes in must be mapped.',
    'adv_sub2 to adv_sub5 as postback parameters.',
    'The tokens {conversion_unique_id}, {conversion_id} and {goal_id}.',
  ],
};

type Reply = NonNullable<NonNullable<Network['receive']>['reply']>;

function replyOf(
  outcome: Parameters<Reply>[0]['outcome'],
  reason: NonNullable<Parameters<Reply>[0]['reason']>,
  parameters: Parameters<Reply>[1],
): string {
  if (outcome === 'duplicate') return 'success=false; err_msg=Duplicate conversion;';
  if (outcome !== 'rejected') return 'success=true;';
  if (reasonStatus(reason) !== 404) return `success=false; err_msg=${reason};`;
  const given = [...parameters].find(([name]) => name.toLowerCase() === 'transaction_id')?.[1] ?? '';
  // Echoed only in the one form that can hold nothing else.
  return `success=false; err_msg=Invalid Trans. ID #${parseClickId(given) ?? ''};`;
}

function classifyTune(answer: NetworkAnswer): NetworkVerdict {
  const byStatus = classifyStatus(answer);
  if (byStatus) return byStatus;
  const body = answer.body.slice(0, 4000);
  const match = /\bsuccess\s*=\s*(true|false)\b/i.exec(body);
  if (!match) return unknownAnswer(answer);
  if (match[1]?.toLowerCase() === 'true') return { outcome: 'delivered', confirmed: true };
  const message = shownText(/\berr_msg\s*=\s*([^;]*)/i.exec(body)?.[1] ?? '');
  if (/\bduplicate\b/i.test(message)) return { outcome: 'delivered', confirmed: true };
  return { outcome: 'dead', why: message === '' ? 'refused without a reason' : message };
}
