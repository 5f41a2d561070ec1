import { ROLES } from '../access/api-key.entity.js';
import { ROTATION_MODES } from '../catalog/catalog.js';
import { LIVE_TYPES } from '../live/live-event.js';
import { FILTER_DIMENSIONS, REPORT_DIMENSIONS } from '../reports/report.js';
import { LEARNING_GOALS } from '../rotation/learned-shares.js';
import { API_KEY, AUDIT_ENTRY, ERASED, REPORT_ROW } from './answer-schemas.js';
import { ok, PAGE, problemAnswer, type RouteDocs } from './route-doc.js';
import {
  anything,
  fieldsOf,
  id,
  list,
  object,
  oneOf,
  orNull,
  pageOf,
  type Schema,
  text,
  time,
  whole,
  yesNo,
} from './schema.js';

const filters = Object.fromEntries(
  FILTER_DIMENSIONS.map((name): [string, Schema] => [`filter[${name}]`, text(`only this ${name}`)]),
);
const JOURNEY = object({
  customerId: text(),
  advertiser: text(),
  halfLifeDays: { type: 'number' },
  lookbackDays: { type: 'number' },
  items: list(anything),
  next: orNull(text()),
});
const JOURNEY_QUERY: Readonly<Record<string, Schema>> = {
  ...PAGE,
  advertiser: text('key; whose customer it is'),
  halfLifeDays: { type: 'number', default: 7 },
  lookbackDays: { type: 'number', default: 90 },
};
const NOT_THERE = { 404: problemAnswer('not there') };

/** Reports, people, keys, the audit, live events, metrics. */
export const OPERATOR_DOCS: RouteDocs = {
  'ReportsController.report': {
    summary: 'Counts and sums, by any dimensions',
    query: {
      groupBy: text(`one or more of ${REPORT_DIMENSIONS.join(', ')}, with commas between`),
      from: text('date or RFC 3339 time, inclusive'),
      to: text('date (its end) or RFC 3339 time (exclusive)'),
      timezone: { type: 'string', default: 'UTC', description: 'IANA name' },
      by: oneOf(['conversion', 'click'], 'when conversions count'),
      currency: text('ISO 4217; default: a row per currency'),
      sort: text('a field; with "-" before it the largest first'),
      limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 1000 },
      format: oneOf(['json', 'csv']),
      source: oneOf(['rows'], 'count clicks and conversions themselves, not sums of them'),
      ...filters,
    },
    answers: { 200: ok(object({ rows: list(REPORT_ROW), totals: list(REPORT_ROW) })) },
  },
  'ReportsController.rebuild': {
    summary: 'Compares the sums that reports are answered from with the rows, and puts right what differs',
    body: object({ 'from?': text('date or time'), 'to?': text('date or time'), 'verify?': yesNo('compare only') }),
    bodyOptional: true,
    answers: {
      200: ok(
        object({
          from: orNull(time()),
          to: orNull(time()),
          differing: whole('sums that were not what the rows say'),
          counted: whole('clicks or conversions too many or too few'),
          corrected: yesNo(),
        }),
      ),
    },
  },
  'RotationController.story': {
    summary: 'How a campaign shares its visitors out, and what that was learned from',
    answers: {
      200: ok(
        object({
          campaign: text(),
          rotation: oneOf(ROTATION_MODES),
          'learning?': object({
            goal: oneOf(LEARNING_GOALS),
            halfLifeDays: { type: 'number' },
            minimumShare: { type: 'number' },
          }),
          offers: list(
            object({
              offer: text(),
              share: { type: 'number' },
              'clicks?': { type: 'number', description: 'older days count less' },
              'conversions?': { type: 'number' },
              'rate?': orNull({ type: 'number' }),
              'revenue?': text('decimal amount'),
              'currency?': text(),
            }),
          ),
        }),
      ),
      ...NOT_THERE,
    },
  },
  'JourneysController.journey': {
    summary: 'A customer’s way through touches and conversions, with credit by model',
    query: JOURNEY_QUERY,
    answers: { 200: ok(JOURNEY), ...NOT_THERE },
  },
  'JourneysController.named': {
    summary: 'The same for customer ids that are too long for a path',
    query: { customerId: text(), ...JOURNEY_QUERY },
    requiredQuery: ['customerId'],
    answers: { 200: ok(JOURNEY), ...NOT_THERE },
  },
  'PeopleController.eraseClick': { summary: 'Erases the visitor behind a click', answers: { 200: ok(ERASED) } },
  'PeopleController.eraseCustomer': {
    summary: 'Erases a customer; amounts stay',
    query: { advertiser: text('whose; default: every one’s') },
    answers: { 200: ok(ERASED) },
  },
  'PeopleController.eraseNamed': {
    summary: 'The same for customer ids that are too long for a path',
    query: { customerId: text(), advertiser: text('whose; default: every one’s') },
    requiredQuery: ['customerId'],
    answers: { 200: ok(ERASED) },
  },
  'AuditController.list': {
    summary: 'Who changed what, newest first',
    query: { ...PAGE, kind: text(), key: text(), actor: text(), action: text() },
    answers: { 200: ok(pageOf(AUDIT_ENTRY)) },
  },
  'ApiKeysController.list': { summary: 'Lists API keys', query: PAGE, answers: { 200: ok(pageOf(API_KEY)) } },
  'ApiKeysController.create': {
    summary: 'Makes an API key and answers it, this one time',
    body: object({
      name: text('1 to 200 characters'),
      role: oneOf(ROLES),
      'advertiser?': text('whom a key of this role is for'),
      'partner?': text('whom a key of this role is for'),
      'expiresAt?': orNull(time()),
    }),
    answers: { 201: ok(object({ ...fieldsOf(API_KEY), value: text('the key') })) },
  },
  'ApiKeysController.remove': {
    summary: 'Ends an API key at once',
    answers: { 204: { description: 'ended' }, ...NOT_THERE },
  },
  'LiveController.watch': {
    summary: 'Server-Sent Events of what happens, after the commit',
    description: 'Goes on after the event that `Last-Event-ID` names.',
    query: { types: text(`some of ${LIVE_TYPES.join(', ')}, with commas between`), lastEventId: id() },
    answers: { 200: { description: 'a stream without end', schema: text(), type: 'text/event-stream' } },
  },
  'MetricsController.scrape': {
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'exposition format', schema: text(), type: 'text/plain' } },
  },
};
