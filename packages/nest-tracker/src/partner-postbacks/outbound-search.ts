import { BadRequestException } from '@nestjs/common';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { IdRange } from '../storage/newest-rows.js';
import type { Cell } from '../storage/transaction-work.js';
import { webhookName } from '../webhooks/webhook.js';

/** A condition with its values; `?` stands for each. */
export type Condition = readonly [sql: string, ...values: Cell[]];

/** What an index leads to the rows of. */
export const OF_CONVERSION = 'l.conversion_id = ?';

/** States of an outgoing postback as SQL over the log `l` and the outbox `q`. */
export const STATES = {
  pending: 'q.state = 0',
  sending: 'q.state = 1',
  dead: 'q.state = 2',
  delivered: 'q.id IS NULL AND l.skipped IS NULL',
  skipped: 'l.skipped IS NOT NULL',
} as const;

/** Where an outgoing postback is. */
export type OutboundState = keyof typeof STATES;

/** Names of all filters. */
export const OUTBOUND_FILTERS = [
  'state',
  'partner',
  'campaign',
  'webhook',
  'conversion',
  'conversionId',
  'event',
  'status',
  'from',
  'to',
] as const;

/**
 * Reads the filters of the outbound log but for `from` and `to`.
 *
 * @throws BadRequestException naming the parameter.
 */
export function readOutboundSearch(filters: URLSearchParams, catalog: CatalogSnapshot): Condition[] {
  const conditions: Condition[] = [];
  const add = (name: string, condition: (value: string) => Condition) => {
    const value = filters.get(name);
    if (value !== null) conditions.push(condition(value));
  };
  add('state', (state) => {
    if (!Object.hasOwn(STATES, state)) {
      throw new BadRequestException(`"state" must be one of ${Object.keys(STATES).join(', ')}.`);
    }
    return [STATES[state as OutboundState]];
  });
  add('partner', (key) => ['l.partner_id = ?', catalog.idOf('partner', key) ?? '']);
  add('campaign', (key) => ['l.campaign_id = ?', catalog.idOf('campaign', key) ?? '']);
  add('webhook', (key) => {
    const webhook = catalog.webhooks.find((one) => one.key === key);
    return webhook ? ['l.postback = ?', webhookName(webhook)] : ['l.webhook = ?', key];
  });
  // `conversionId` is what rows and the other lists call it.
  for (const name of ['conversion', 'conversionId']) add(name, (id) => [OF_CONVERSION, id.toLowerCase()]);
  add('event', (event) => ['l.event = ?', event]);
  add('status', (status) => ['l.status = ?', status]);
  return conditions;
}

/** Rows of a range of ids. */
export function within({ from, before }: IdRange): Condition[] {
  return [
    ...(from === undefined ? [] : [['l.id >= ?', from] as const]),
    ...(before === undefined ? [] : [['l.id < ?', before] as const]),
  ];
}

/**
 * The same condition with a plus before its columns: what SQLite looks for by no index. Without statistics it would rather
 * go through all rows of a postback or a state, for each part again, than through the ids of one part.
 */
export function withoutIndexes([sql, ...values]: Condition): Condition {
  return [sql.replaceAll(/\b([lq])\.(?!id\b)/g, '+$1.'), ...values];
}
