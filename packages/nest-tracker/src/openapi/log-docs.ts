import { CONVERSION_STATUSES } from '@tallyback/protocol';
import { WebhookDto } from '../catalog/catalog-seed.dto.js';
import { STATES } from '../partner-postbacks/outbound-search.js';
import { CONVERSION, INBOUND, OUTBOUND, OUTCOME, POSTBACK_STATUS, STATUS, WEBHOOK } from './answer-schemas.js';
import { dtoSchema } from './dto-schema.js';
import { ok, PAGE, PERIOD, problemAnswer, type RouteDocs } from './route-doc.js';
import { anything, fieldsOf, id, list, object, oneOf, orNull, pageOf, text, time, whole, yesNo } from './schema.js';

const texts = (...names: string[]) => Object.fromEntries(names.map((name) => [name, text()]));

const INBOUND_FILTERS = {
  ...PERIOD,
  ...texts('advertiser', 'campaign', 'clickId', 'transactionId', 'deliveryId', 'conversionId', 'outcome', 'reason'),
  ...texts('sender', 'step', 'replayOf'),
  status: whole('HTTP status'),
  q: text('a text in path or query, 3 to 200 characters'),
};
const OUTBOUND_FILTERS = {
  ...PERIOD,
  state: oneOf(Object.keys(STATES)),
  ...texts('partner', 'campaign', 'webhook', 'conversion', 'conversionId', 'event', 'status'),
};
const VOUCH = object({ 'vouch?': yesNo('whether you answer for the sender') });
const NOT_THERE = { 404: problemAnswer('not there') };
const REPLAYED = object({ replayed: whole(), next: orNull(text()) });
const { secret: _, key: __, ...WEBHOOK_FIELDS } = dtoSchema(WebhookDto).properties ?? {};

/** Conversions, and the logs of what came in and went out. */
export const LOG_DOCS: RouteDocs = {
  'ConversionsController.list': {
    summary: 'Searches conversions, or writes all of them out',
    query: {
      ...PAGE,
      ...PERIOD,
      ...texts('advertiser', 'campaign', 'offer', 'partner', 'event', 'clickId', 'transactionId', 'conversionId'),
      status: oneOf(CONVERSION_STATUSES),
      format: oneOf(['json', 'csv', 'ndjson'], 'other than `json`: everything, as a file'),
    },
    answers: { 200: ok(pageOf(CONVERSION)) },
  },
  'ConversionsController.decide': {
    summary: 'Decides about a conversion by hand',
    body: object({ 'status?': STATUS, 'revenue?': text('decimal'), 'currency?': text(), 'reason?': text() }),
    answers: { 200: ok(OUTCOME), 409: problemAnswer('it cannot become that'), ...NOT_THERE },
  },
  'ClickStoryController.list': {
    summary: 'Searches clicks, of the last 31 days unless `from` says otherwise',
    query: {
      ...PAGE,
      ...PERIOD,
      ...texts('advertiser', 'campaign', 'offer', 'partner', 'channel', 'externalId', 'customerId'),
      kind: oneOf(['click', 'prefetch', 'head']),
    },
    answers: { 200: ok(pageOf({ ...object({ id: id(), at: time() }), additionalProperties: true })) },
  },
  'ClickStoryController.find': {
    summary: 'Reads a click',
    answers: {
      200: ok({ ...object({ id: id(), at: time() }), additionalProperties: true }),
      ...NOT_THERE,
    },
  },
  'InboundPostbacksController.list': {
    summary: 'Searches the log of what came in',
    query: { ...PAGE, ...INBOUND_FILTERS },
    answers: { 200: ok(pageOf(INBOUND)) },
  },
  'InboundPostbacksController.find': {
    summary: 'Reads one request of the inbound log',
    answers: { 200: ok(INBOUND), ...NOT_THERE },
  },
  'InboundPostbacksController.replayAll': {
    summary: 'Runs refused requests again that match at least one filter',
    query: { ...PAGE, ...INBOUND_FILTERS },
    body: VOUCH,
    bodyOptional: true,
    answers: {
      200: ok(
        object({
          replayed: whole(),
          outcomes: anything,
          reasons: anything,
          notReplayable: whole(),
          next: orNull(text()),
        }),
      ),
    },
  },
  'InboundPostbacksController.replay': {
    summary: 'Runs one request again; answered as the request itself would be',
    body: VOUCH,
    bodyOptional: true,
    answers: {
      200: ok(object({ ...fieldsOf(OUTCOME), id: orNull(id()), replayOf: id(), steps: list(anything) })),
      409: problemAnswer('it cannot be run again'),
    },
  },
  'PostbackTestsController.run': {
    summary: 'Dry run of an inbound postback: every step, nothing stored',
    body: object({
      url: text('path with its query, or an absolute URL'),
      'method?': oneOf(['GET', 'POST', 'HEAD']),
      'headers?': anything,
      'body?': { oneOf: [text(), anything] },
      'ip?': text(),
      'skipProof?': yesNo(),
    }),
    answers: {
      200: ok(
        object({
          outcome: text(),
          'reason?': text(),
          'field?': text(),
          'detail?': text(),
          advertiser: orNull(text()),
          sender: orNull(text()),
          proofSkipped: yesNo(),
          steps: list(anything),
          conversion: orNull(anything),
          answer: anything,
        }),
      ),
    },
  },
  'OutboundPostbacksController.list': {
    summary: 'Searches the log of what partners and webhooks were told',
    query: { ...PAGE, ...OUTBOUND_FILTERS },
    answers: { 200: ok(pageOf(OUTBOUND)) },
  },
  'OutboundPostbacksController.find': {
    summary: 'Reads one message of the outbound log',
    answers: { 200: ok(OUTBOUND), ...NOT_THERE },
  },
  'OutboundPostbacksController.replayAll': {
    summary: 'Tries again what was given up and matches at least one filter',
    query: { ...PAGE, ...OUTBOUND_FILTERS },
    answers: { 200: ok(object({ ...fieldsOf(REPLAYED), held: whole('how many of them wait for longer') })) },
  },
  'OutboundPostbacksController.replay': {
    summary: 'Tries one again that was given up, or now that waits for its next attempt',
    answers: { 200: ok(OUTBOUND), 409: problemAnswer('there is nothing to try'), ...NOT_THERE },
  },
  'PostbackToolsController.list': {
    summary: 'Lists the postbacks of a partner or campaign and how they are doing',
    answers: { 200: ok(pageOf(POSTBACK_STATUS)), ...NOT_THERE },
  },
  'PostbackToolsController.status': {
    summary: 'How a postback is doing',
    answers: { 200: ok(POSTBACK_STATUS), ...NOT_THERE },
  },
  'PostbackToolsController.pause': {
    summary: 'Pauses a postback; what it has to tell waits',
    body: object({ 'reason?': text('at most 500 characters') }),
    bodyOptional: true,
    answers: { 200: ok(POSTBACK_STATUS), ...NOT_THERE },
  },
  'PostbackToolsController.resume': {
    summary: 'Resumes a postback and tries again what was given up before the pause',
    answers: { 200: ok(object({ ...fieldsOf(POSTBACK_STATUS), replayed: whole() })), ...NOT_THERE },
  },
  'PostbackToolsController.backfill': {
    summary: 'Tells of conversions from before the postback was set up',
    query: PAGE,
    body: object({ from: time(), 'to?': time() }),
    answers: { 200: ok(object({ looked: whole(), stored: whole(), next: orNull(text()) })), ...NOT_THERE },
  },
  'PostbackToolsController.test': {
    summary: 'Sends a made-up conversion now; nothing is stored',
    body: object({ 'clickId?': id('whose values are sent') }),
    bodyOptional: true,
    answers: {
      200: ok(object({ request: anything, outcome: text(), why: orNull(text()), answer: orNull(anything) })),
      ...NOT_THERE,
    },
  },
  'WebhooksController.list': { summary: 'Lists webhooks', query: PAGE, answers: { 200: ok(pageOf(WEBHOOK)) } },
  'WebhooksController.find': {
    summary: 'Reads a webhook',
    answers: { 200: ok(WEBHOOK), ...NOT_THERE },
  },
  'WebhooksController.create': {
    summary: 'Makes a webhook and answers its secret, this one time',
    body: {
      type: 'object',
      required: ['url'],
      properties: {
        ...WEBHOOK_FIELDS,
        key: text('default: made of the host'),
        secret: text('default: made at random'),
      },
    },
    answers: { 201: ok(object({ ...fieldsOf(WEBHOOK), secret: text() })), 409: problemAnswer('the key is taken') },
  },
  'WebhooksController.remove': {
    summary: 'Ends a webhook; what waits for it is not sent any more',
    answers: { 204: { description: 'ended' }, ...NOT_THERE },
  },
};
