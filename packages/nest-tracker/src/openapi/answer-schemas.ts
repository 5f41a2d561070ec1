import { CONVERSION_STATUSES } from '@tallyback/protocol';
import { ROLES } from '../access/api-key.entity.js';
import { REPORT_DIMENSIONS } from '../reports/report.js';
import { WEBHOOK_EVENTS } from '../webhooks/webhook.js';
import { anything, id, list, object, oneOf, orNull, type Schema, text, time, whole, yesNo } from './schema.js';

export const MONEY: Schema = object({ amount: text('decimal'), currency: text('ISO 4217') });
export const STATUS: Schema = oneOf(CONVERSION_STATUSES);

const KEYS = {
  advertiser: orNull(text('catalog key')),
  campaign: orNull(text('catalog key')),
  offer: orNull(text('catalog key')),
  partner: orNull(text('catalog key')),
};

export const CONVERSION: Schema = object({
  id: id(),
  ...KEYS,
  event: text(),
  transactionId: text(),
  clickId: orNull(id()),
  status: STATUS,
  'revenue?': orNull(MONEY),
  'payout?': orNull(MONEY),
  'originalRevenue?': orNull(MONEY),
  'rate?': orNull(text()),
  'couponCode?': orNull(text()),
  'customerId?': orNull(text()),
  'items?': { type: 'array', items: anything, nullable: true },
  'metadata?': orNull(anything),
  occurredAt: time(),
  receivedAt: time(),
  ledger: list(
    object({
      at: time(),
      'actor?': text(),
      cause: text(),
      'note?': text(),
      oldStatus: orNull(STATUS),
      newStatus: STATUS,
      'revenue?': orNull(MONEY),
      'payout?': orNull(MONEY),
    }),
  ),
});

export const OUTCOME: Schema = object({
  outcome: oneOf(['recorded', 'updated', 'duplicate', 'unattributed']),
  conversionId: id(),
  clickId: orNull(id()),
  status: STATUS,
  'revenue?': orNull(MONEY),
  'payout?': orNull(MONEY),
});

export const REPORT_ROW: Schema = object({
  ...Object.fromEntries(REPORT_DIMENSIONS.map((name) => [`${name}?`, orNull(text())])),
  currency: orNull(text()),
  clicks: whole(),
  uniqueClicks: whole(),
  bots: whole(),
  conversions: whole('approved and pending'),
  approved: whole(),
  pending: whole(),
  rejected: whole(),
  refunded: whole(),
  'revenue?': text('decimal'),
  'payout?': text('decimal'),
  'cost?': text('decimal'),
  'profit?': text('decimal'),
  cr: { type: 'number', nullable: true, description: 'conversions per click' },
  'roi?': { type: 'number', nullable: true },
  'epc?': orNull(text('decimal')),
  'aov?': orNull(text('decimal')),
  'share?': {
    type: 'number',
    nullable: true,
    description: 'of the campaign’s visitors; grouped by campaign and offer',
  },
});

export const AUDIT_ENTRY: Schema = object({
  id: id(),
  at: time(),
  actor: text(),
  action: text(),
  kind: text(),
  key: text(),
  changes: { ...anything, description: 'by field: `from` and `to`' },
});

export const API_KEY: Schema = object({
  id: id(),
  name: text(),
  role: oneOf(ROLES),
  subject: orNull(text('key of the advertiser or partner')),
  hint: text('the last characters'),
  createdBy: text(),
  createdAt: time(),
  expiresAt: orNull(time()),
});

export const WEBHOOK: Schema = object({
  key: text(),
  url: text(),
  events: list(oneOf(WEBHOOK_EVENTS)),
  allowHttp: yesNo(),
  createdAt: time(),
});

export const SECRET: Schema = object({
  id: id(),
  kind: oneOf(['secret', 'publicKey', 'token']),
  hint: text('the last characters'),
  source: oneOf(['seed', 'management']),
  createdAt: time(),
  expiresAt: orNull(time()),
});

export const OUTBOUND: Schema = object({
  id: id('also the `webhook-id`'),
  state: oneOf(['pending', 'sending', 'delivered', 'dead', 'skipped']),
  partner: orNull(text()),
  campaign: orNull(text()),
  webhook: orNull(text()),
  conversionId: id(),
  event: text(),
  status: STATUS,
  cause: oneOf(['conversion', 'backfill', 'postback']),
  method: oneOf(['GET', 'POST']),
  url: text(),
  body: orNull(text()),
  createdAt: time(),
  attempts: whole(),
  nextAttemptAt: orNull(time()),
  held: orNull(text('why it waits for longer')),
  settledAt: orNull(time()),
  answerStatus: orNull(whole()),
  answer: orNull(text()),
});

const NULLABLE_TEXTS = [
  ...['query', 'body', 'contentType', 'userAgent', 'signedAt', 'advertiser', 'campaign', 'clickId', 'transactionId'],
  ...['deliveryId', 'sender', 'reason', 'field', 'detail', 'conversionId', 'replayOf', 'ip'],
];

export const INBOUND: Schema = object({
  id: id(),
  receivedAt: time(),
  loggedAt: time(),
  method: text(),
  path: text(),
  whole: yesNo('whether all of the request is here'),
  redacted: yesNo('whether a secret was blanked out'),
  outcome: text(),
  status: whole('HTTP status that was answered'),
  step: text('the step that ended it'),
  'repeats?': orNull(whole('how many like it came within the minute')),
  steps: list(text()),
  ...Object.fromEntries(NULLABLE_TEXTS.map((name) => [name, orNull(text())])),
});

export const POSTBACK_STATUS: Schema = object({
  key: text(),
  url: text(),
  paused: yesNo(),
  pausedAt: orNull(time()),
  reason: orNull(text()),
});

export const ERASED: Schema = object({ clicks: whole(), conversions: whole(), inboundPostbacks: whole() });
