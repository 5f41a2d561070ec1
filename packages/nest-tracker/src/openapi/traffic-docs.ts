import { CONVERSION_STATUSES } from '@tallyback/protocol';
import { OUTCOME } from './answer-schemas.js';
import { type AnswerDoc, ok, problemAnswer, type RouteDocs } from './route-doc.js';
import { anything, id, list, object, oneOf, type Schema, text, time, whole } from './schema.js';

const SUBS = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`sub${i + 1}`, text()]));
const CLICK_QUERY: Readonly<Record<string, Schema>> = {
  external_id: text('the partner’s own click id; the partner may have another name for it'),
  cost: text('decimal, in the offer’s currency'),
  ...SUBS,
};
const REDIRECTED: Readonly<Record<number, AnswerDoc>> = {
  302: { description: 'to the offer; the click is stored. Campaigns may choose 303, 307 or a page (200) instead' },
  404: problemAnswer('no such campaign, and no fallback'),
  503: problemAnswer('the click could not be stored; come again'),
};
const MESSAGE: Schema = object({
  type: oneOf(['conversion.created', 'conversion.updated']),
  timestamp: time(),
  data: object({
    'clickId?': id(),
    'event?': text('default `purchase`'),
    transactionId: text('1 to 128 characters'),
    'revenue?': text('decimal'),
    'currency?': text('ISO 4217'),
    'status?': oneOf(CONVERSION_STATUSES),
    'occurredAt?': time(),
    'couponCode?': text(),
    'customerId?': text(),
    'items?': list(anything),
    'payout?': text('decimal; where the offer allows it'),
    'metadata?': anything,
  }),
});
const OUTCOMES: Readonly<Record<number, AnswerDoc>> = {
  201: ok(OUTCOME, '`recorded`'),
  200: ok(OUTCOME, '`updated` or `duplicate`'),
  202: ok(OUTCOME, '`unattributed`: stored without a click'),
  400: problemAnswer('`malformed_request`, `unknown_field`, `missing_field`, `invalid_field`'),
  401: problemAnswer('the sender has not proven itself'),
  403: problemAnswer('`ip_not_allowed`'),
  404: problemAnswer('`click_not_found`, `campaign_not_found`'),
  409: problemAnswer('`status_transition_invalid`, `duplicate_refused`'),
  413: problemAnswer('`body_too_large`'),
  422: problemAnswer(
    '`click_mismatch`, `outside_window`, `offer_inactive`, `event_unknown`, `currency_unsupported`, `cap_reached`',
  ),
  429: problemAnswer('`rate_limited`; come again after `Retry-After`'),
  503: problemAnswer('`storage_unavailable`; come again after `Retry-After`'),
};
const CLASSIC: Readonly<Record<string, Schema>> = {
  clickid: text('also `click_id`, `cid`'),
  txid: text('also `transaction_id`, `order_id`'),
  event: text('also `et`, `type`'),
  revenue: text('also `amount`, `sum`'),
  currency: text(),
  status: oneOf(CONVERSION_STATUSES),
  token: text('where the advertiser takes one'),
};
const SIGNED =
  'Signed as Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`, and `tallyback-advertiser`.';
const NETWORK: AnswerDoc = {
  description: 'in the network’s own words; the outcome is in the header `tallyback-outcome`',
};
const GIF: AnswerDoc = {
  description: 'always a pixel; the outcome is in the header `tallyback-outcome`',
  type: 'image/gif',
  schema: text(),
};
const PREFLIGHT = {
  summary: 'Preflight of a page of another origin',
  answers: { 204: { description: 'who may ask' } },
};
const UP = object({ status: text() });

/** What visitors and advertisers use. */
export const TRAFFIC_DOCS: RouteDocs = {
  'ClicksController.redirect': { summary: 'Records a click and redirects', query: CLICK_QUERY, answers: REDIRECTED },
  'ClicksController.hop': {
    summary: 'The same on the shop’s own domain, with a first-party cookie',
    query: CLICK_QUERY,
    answers: REDIRECTED,
  },
  'ClicksController.second': {
    summary: 'The second page of a double refresh',
    answers: { 200: { description: 'a page' } },
  },
  'DirectClicksController.record': {
    summary: 'Records a click that a landing page tells of, once per key',
    body: {
      ...object({
        campaign: text('key'),
        key: text('the page’s own name of this click'),
        'url?': text(),
        'referrer?': text(),
      }),
      additionalProperties: true,
    },
    answers: {
      200: ok(object({ clickId: id(), status: oneOf(['new', 'same']) })),
      400: problemAnswer('what is missing or wrong'),
      404: problemAnswer('`campaign_not_found`'),
      413: problemAnswer('`body_too_large`'),
      429: problemAnswer('`rate_limited`'),
      503: problemAnswer('`storage_unavailable`'),
    },
  },
  'DirectClicksController.preflight': PREFLIGHT,
  'ClickCookieController.keep': {
    summary: 'Keeps clicks in the first-party cookie',
    answers: { 200: { description: 'what it knows' } },
  },
  'ClickCookieController.forget': {
    summary: 'Deletes the first-party cookie',
    answers: { 204: { description: 'deleted' } },
  },
  'ClickCookieController.preflight': PREFLIGHT,
  'PostbacksController.message': {
    summary: 'Takes one conversion message',
    description: SIGNED,
    body: MESSAGE,
    answers: OUTCOMES,
  },
  'BatchesController.batch': {
    summary: 'Takes up to 1,000 conversion messages',
    description: SIGNED,
    body: object({ messages: { type: 'array', items: MESSAGE, maxItems: 1000 } }),
    answers: {
      200: ok(object({ results: list(anything) }), 'an outcome or problem for each, in the same order'),
      400: problemAnswer('no batch'),
      401: problemAnswer('the sender has not proven itself'),
      413: problemAnswer('more than 4 MiB'),
    },
  },
  'PostbacksController.classic': { summary: 'Takes a conversion by URL', query: CLASSIC, answers: OUTCOMES },
  'PostbacksController.form': { summary: 'Takes a conversion by URL or form', query: CLASSIC, answers: OUTCOMES },
  'CompatController.query': { summary: 'Takes a conversion in a network’s own format', answers: { 200: NETWORK } },
  'CompatController.form': { summary: 'Takes a conversion in a network’s own format', answers: { 200: NETWORK } },
  'PixelController.image': { summary: 'Takes a conversion by an image', query: CLASSIC, answers: { 200: GIF } },
  'PixelController.script': {
    summary: 'Takes a conversion by a script',
    query: CLASSIC,
    answers: { 200: { description: 'a script', type: 'text/javascript', schema: text() } },
  },
  'PixelController.beacon': { summary: 'Takes a conversion by a beacon', answers: { 204: { description: 'heard' } } },
  'HealthController.check': {
    summary: 'Readiness: whether the database answers',
    answers: {
      200: ok(
        object({
          status: text(),
          database: anything,
          queue: object({ pending: whole(), sending: whole(), dead: whole(), lagSeconds: { type: 'number' } }),
        }),
      ),
      503: ok(UP, 'it does not, or the process is shutting down'),
    },
  },
  'HealthController.live': { summary: 'Liveness: whether the process answers', answers: { 200: ok(UP) } },
};
