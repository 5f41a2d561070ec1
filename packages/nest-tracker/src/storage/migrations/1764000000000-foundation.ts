import { outboxSchema } from '@tallyback/sdk-node/outbox';
import {
  type MigrationInterface,
  type QueryRunner,
  Table,
  type TableColumnOptions,
  type TableIndexOptions,
} from 'typeorm';
import { OUTBOX_TABLES } from '../../partner-postbacks/outbox-tables.js';
import { buildTables, dropTables, tableName, tablePath } from './build-tables.js';

const id: TableColumnOptions = { name: 'id', type: 'varchar', length: '26', isPrimary: true };
const text = (name: string, length: number): TableColumnOptions => ({ name, type: 'varchar', length: String(length) });
const reference = (name: string) => text(name, 26);
const long = (name: string): TableColumnOptions => ({ name, type: 'text' });
const big = (name: string): TableColumnOptions => ({ name, type: 'bigint' });
const flag = (name: string): TableColumnOptions => ({ name, type: 'boolean' });
const small = (name: string): TableColumnOptions => ({ name, type: 'integer' });
const nullable = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isNullable: true });
const index = (name: string, ...columnNames: string[]): TableIndexOptions => ({ name, columnNames });
const unique = (name: string, ...columnNames: string[]): TableIndexOptions => ({ name, columnNames, isUnique: true });
const catalogRow = (...columns: TableColumnOptions[]) => [
  id,
  text('key', 64),
  ...columns,
  nullable(text('seed_fingerprint', 64)),
  nullable(big('archived_at')),
  big('created_at'),
  big('updated_at'),
];

const tables = [
  new Table({
    name: 'tallyback_settings',
    columns: [{ ...text('name', 64), isPrimary: true }, long('value')],
  }),
  new Table({
    name: 'tallyback_advertisers',
    columns: catalogRow(
      text('name', 200),
      long('accept'),
      long('ip_allow'),
      long('compat'),
      nullable(long('rate_limit')),
    ),
    indices: [unique('tallyback_advertisers_key', 'key')],
  }),
  new Table({
    name: 'tallyback_advertiser_secrets',
    columns: [
      id,
      reference('advertiser_id'),
      text('kind', 16),
      text('fingerprint', 64),
      nullable(text('value', 128)),
      text('hint', 8),
      text('source', 16),
      big('created_at'),
      nullable(big('expires_at')),
    ],
    indices: [unique('tallyback_advertiser_secrets_identity', 'advertiser_id', 'fingerprint')],
  }),
  new Table({
    name: 'tallyback_offers',
    columns: catalogRow(
      reference('advertiser_id'),
      text('name', 200),
      text('status', 16),
      text('destination', 2048),
      nullable(long('deep_links')),
      nullable(text('expires_at', 32)),
      text('currency', 3),
      long('payout'),
      nullable(long('events')),
      long('duplicates'),
      long('conversion_window'),
      long('caps'),
      text('attribution', 8),
      long('coupons'),
      text('default_status', 16),
      flag('allow_payout_override'),
      flag('allow_negative'),
      flag('payout_is_revenue'),
    ),
    indices: [unique('tallyback_offers_key', 'key')],
  }),
  new Table({
    name: 'tallyback_partners',
    columns: catalogRow(text('name', 200), text('click_id_parameter', 64), long('postbacks'), long('caps')),
    indices: [unique('tallyback_partners_key', 'key')],
  }),
  new Table({
    name: 'tallyback_campaigns',
    columns: catalogRow(
      text('name', 200),
      text('status', 16),
      reference('partner_id'),
      long('offers'),
      long('redirect'),
      flag('sticky'),
      text('rotation', 16),
      nullable(long('learning')),
      nullable(text('fallback_url', 2048)),
      nullable(long('postbacks')),
    ),
    indices: [unique('tallyback_campaigns_key', 'key')],
  }),
  new Table({
    name: 'tallyback_audit',
    columns: [
      id,
      big('at'),
      text('actor', 96),
      text('action', 16),
      text('kind', 16),
      text('key', 128),
      long('changes'),
    ],
    indices: [index('tallyback_audit_subject', 'kind', 'key', 'id')],
  }),
  new Table({
    name: 'tallyback_api_keys',
    columns: [
      id,
      text('name', 200),
      text('role', 16),
      nullable(text('subject', 64)),
      text('fingerprint', 64),
      text('hint', 8),
      text('created_by', 96),
      big('created_at'),
      nullable(big('expires_at')),
    ],
    indices: [unique('tallyback_api_keys_fingerprint', 'fingerprint')],
  }),
  new Table({
    name: 'tallyback_clicks',
    columns: [
      id,
      big('at'),
      text('kind', 8),
      flag('bot'),
      flag('is_unique'),
      flag('first_party'),
      reference('campaign_id'),
      reference('offer_id'),
      reference('partner_id'),
      reference('advertiser_id'),
      text('visitor', 22),
      nullable(text('country', 2)),
      nullable(text('device', 16)),
      nullable(text('os', 32)),
      nullable(text('browser', 64)),
      nullable(text('channel', 64)),
      nullable(text('customer_id', 128)),
      nullable(text('external_id', 255)),
      ...Array.from({ length: 10 }, (_, i) => nullable(text(`sub${i + 1}`, 255))),
      nullable(big('cost')),
      text('currency', 3),
      nullable(text('ip', 45)),
      nullable(text('user_agent', 512)),
      nullable(text('referrer', 1024)),
      nullable(long('query')),
    ],
    indices: [
      index('tallyback_clicks_at', 'at'),
      {
        ...index('tallyback_clicks_customer', 'advertiser_id', 'customer_id', 'id'),
        where: 'customer_id IS NOT NULL',
      },
    ],
  }),
  new Table({
    name: 'tallyback_direct_clicks',
    columns: [id, text('identity', 43)],
    indices: [unique('tallyback_direct_clicks_identity', 'identity')],
  }),
  new Table({
    name: 'tallyback_conversions',
    columns: [
      id,
      reference('advertiser_id'),
      text('event', 64),
      text('transaction_id', 128),
      nullable(reference('click_id')),
      nullable(reference('claimed_click_id')),
      nullable(long('as_reported')),
      nullable(reference('offer_id')),
      nullable(reference('partner_id')),
      nullable(reference('campaign_id')),
      nullable(text('country', 2)),
      nullable(text('device', 16)),
      nullable(text('os', 32)),
      nullable(text('browser', 64)),
      text('status', 16),
      big('revenue'),
      big('payout'),
      nullable(long('payout_rule')),
      nullable(text('currency', 3)),
      nullable(big('original_revenue')),
      nullable(text('original_currency', 3)),
      nullable(text('rate', 64)),
      nullable(text('coupon_code', 128)),
      nullable(text('customer_id', 128)),
      nullable(long('items')),
      nullable(long('metadata')),
      nullable(big('clicked_at')),
      big('occurred_at'),
      big('received_at'),
      big('updated_at'),
    ],
    indices: [
      // The identity of a conversion: what makes "counted exactly once" true, whatever runs at the same time.
      unique('tallyback_conversions_identity', 'advertiser_id', 'event', 'transaction_id'),
      index('tallyback_conversions_occurred', 'occurred_at'),
      index('tallyback_conversions_click', 'click_id'),
      {
        ...index('tallyback_conversions_customer', 'advertiser_id', 'customer_id', 'clicked_at'),
        where: 'customer_id IS NOT NULL',
      },
      { ...index('tallyback_conversions_unattributed', 'id'), where: 'offer_id IS NULL' },
    ],
  }),
  new Table({
    name: 'tallyback_ledger',
    columns: [
      id,
      reference('conversion_id'),
      big('at'),
      text('actor', 96),
      text('cause', 64),
      nullable(text('note', 500)),
      nullable(text('delivery_id', 72)),
      nullable(text('old_status', 16)),
      text('new_status', 16),
      big('revenue_delta'),
      big('payout_delta'),
      nullable(text('currency', 3)),
    ],
    indices: [index('tallyback_ledger_conversion', 'conversion_id', 'id')],
  }),
  new Table({
    name: 'tallyback_seen_deliveries',
    columns: [id, reference('advertiser_id'), text('delivery_id', 72), reference('conversion_id'), big('at')],
    indices: [unique('tallyback_seen_deliveries_identity', 'advertiser_id', 'delivery_id')],
  }),
  new Table({
    name: 'tallyback_counters',
    columns: [
      { ...text('scope', 64), isPrimary: true },
      { ...text('event', 64), isPrimary: true },
      { ...text('period', 16), isPrimary: true },
      { ...text('currency', 3), isPrimary: true },
      big('conversions'),
      big('revenue'),
      big('payout'),
    ],
  }),
  new Table({
    name: 'tallyback_inbound_postbacks',
    columns: [
      id,
      big('received_at'),
      text('method', 8),
      text('path', 512),
      nullable(long('query')),
      nullable(long('body')),
      nullable(text('content_type', 128)),
      nullable(text('user_agent', 512)),
      nullable(text('signed_at', 20)),
      nullable(long('signature')),
      flag('whole'),
      flag('redacted'),
      nullable(text('advertiser', 64)),
      nullable(text('campaign', 64)),
      nullable(text('click_id', 64)),
      nullable(text('transaction_id', 128)),
      nullable(text('delivery_id', 72)),
      nullable(text('sender', 16)),
      text('outcome', 16),
      nullable(text('reason', 32)),
      small('status'),
      text('step', 32),
      long('steps'),
      nullable(text('field', 128)),
      nullable(long('detail')),
      nullable(reference('conversion_id')),
      nullable(reference('replay_of')),
      nullable(text('ip', 45)),
      small('repeats'),
    ],
    indices: [
      index('tallyback_inbound_click', 'click_id'),
      index('tallyback_inbound_transaction', 'transaction_id'),
      index('tallyback_inbound_conversion', 'conversion_id'),
    ],
  }),
];

const outgoing = [
  new Table({
    name: 'tallyback_outbound_postbacks',
    columns: [
      id,
      text('postback', 64),
      nullable(text('webhook', 64)),
      nullable(reference('partner_id')),
      nullable(reference('campaign_id')),
      reference('conversion_id'),
      text('event', 64),
      text('status', 16),
      text('cause', 16),
      text('method', 8),
      long('url'),
      nullable(long('body')),
      nullable(long('skipped')),
      nullable(big('settled_at')),
      nullable(small('attempts')),
      nullable(small('answer_status')),
      nullable(long('answer')),
    ],
    indices: [
      index('tallyback_outbound_conversion', 'conversion_id'),
      index('tallyback_outbound_settled', 'postback', 'settled_at'),
    ],
  }),
  new Table({
    name: 'tallyback_webhooks',
    columns: [
      id,
      text('key', 64),
      text('url', 2048),
      long('events'),
      text('secret', 128),
      flag('allow_http'),
      nullable(text('seed_fingerprint', 64)),
      big('created_at'),
      big('updated_at'),
    ],
    indices: [unique('tallyback_webhooks_key', 'key')],
  }),
  new Table({
    name: 'tallyback_postback_pauses',
    columns: [{ ...text('postback', 64), isPrimary: true }, big('paused_at'), long('reason')],
  }),
];

const key = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isPrimary: true });

const rollups = [
  new Table({
    name: 'tallyback_rollups',
    withoutRowid: true,
    columns: [
      key(text('grain', 8)),
      key(text('basis', 8)),
      key(big('bucket')),
      ...['campaign_id', 'offer_id', 'partner_id', 'advertiser_id'].map((name) => key(reference(name))),
      key(text('event', 64)),
      key(text('currency', 3)),
      key(text('country', 2)),
      key(text('device', 16)),
      key(text('os', 32)),
      key(text('browser', 64)),
      key(small('lane')),
      ...['clicks', 'unique_clicks', 'bots', 'others', 'approved', 'pending', 'rejected', 'refunded'].map(small),
      ...['revenue', 'payout', 'cost'].map(big),
    ],
  }),
  new Table({
    name: 'tallyback_day_visitors',
    withoutRowid: true,
    columns: [key(small('day')), key(reference('campaign_id')), key(text('visitor', 22))],
  }),
];

/** The first schema: catalog, clicks, conversions, ledger, inbound log. */
export class Foundation1764000000000 implements MigrationInterface {
  // Set explicitly: TypeORM would take the class name, which a bundler may mangle.
  readonly name = 'Foundation1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildTables(queryRunner, [...tables, ...outgoing, ...rollups]);
    // Room on each page for the next version of its rows, which change again and again.
    if (queryRunner.connection.options.type === 'postgres')
      await queryRunner.query(`ALTER TABLE ${tablePath(queryRunner, 'tallyback_rollups')} SET (fillfactor = 60)`);
    for (const statement of outboxSchema(queryRunner.connection, OUTBOX_TABLES)) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(tableName(queryRunner, `${OUTBOX_TABLES}_deliveries`));
    await dropTables(queryRunner, [...tables, ...outgoing, ...rollups].reverse());
  }
}
