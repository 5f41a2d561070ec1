import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { DataSource, type EntityManager } from 'typeorm';
import { type ConversionEvent, ConversionsService, type IntakeResult, TrackerEvents } from '../../src/index.js';
import { RollupRebuild } from '../../src/rollups/rollup-rebuild.service.js';
import { externalId, QUICK } from '../partner-postbacks/outbound.js';
import type { TestDatabase } from './databases.js';
import { hostOptions, Order, rollBack } from './host-orders.js';
import { unique } from './messages.js';
import { type PartnerServer, startPartner } from './partner-server.js';
import { click } from './requests.js';
import { catalogOf, offerOf } from './small-catalog.js';
import { startTracker, type Tracker } from './start-tracker.js';

/** Connections that the host has on PostgreSQL. */
export const POOL = 4;

/** An order as a shop reports it. */
export type Sold = {
  readonly clickId: string;
  readonly transactionId: string;
  readonly revenue: string;
  readonly currency: string;
};

/** A shop that lends the tracker its data source, and a partner and a webhook that are told; for all tests of a block. */
export function hostShop(createDatabase: () => Promise<TestDatabase>) {
  let database: TestDatabase;
  let host: DataSource;
  let tracker: Tracker;
  let partner: PartnerServer;
  let conversions: ConversionsService;
  const seen: ConversionEvent[] = [];
  const clock = { later: 0 };
  beforeAll(async () => {
    [database, partner] = await Promise.all([createDatabase(), startPartner()]);
    host = await new DataSource(hostOptions(database, POOL)).initialize();
    const offers = [
      offerOf('boots', { payout: [{ kind: 'percent', percent: '10' }] }),
      offerOf('counted', { caps: { conversionsTotal: 9 } }),
      offerOf('capped', { caps: { conversionsTotal: 1 } }),
      offerOf('shared', { caps: { conversionsTotal: 5 } }),
    ];
    const postbacks = [{ url: `${partner.url}/partner?id={external_id}&t={transaction_id}`, allowHttp: true }];
    const webhooks = [{ key: 'erp', url: `${partner.url}/webhook`, secret: createSecret(), allowHttp: true }];
    const seed = { ...catalogOf(offers), partners: [{ key: 'blog', postbacks }], webhooks };
    const options = { database: undefined, dataSource: host, seed, partnerPostbacks: QUICK };
    tracker = await startTracker({ database, options, now: () => Date.now() + clock.later });
    conversions = tracker.get(ConversionsService);
    tracker.get(TrackerEvents).conversions$.subscribe((event) => seen.push(event));
    await database.query('CREATE TABLE host_orders (id varchar PRIMARY KEY, total varchar NOT NULL)');
  });
  afterAll(async () => {
    await tracker?.close();
    await host?.destroy();
    await partner.close();
    await database.drop();
  });
  beforeEach(() => {
    seen.length = 0;
  });

  return {
    get database() {
      return database;
    },
    get host() {
      return host;
    },
    get tracker() {
      return tracker;
    },
    get partner() {
      return partner;
    },
    get conversions() {
      return conversions;
    },
    /** What the tracker has announced in this test. */
    seen,
    /** `later`: how far the tracker's clock is ahead, in milliseconds. */
    clock,
    order: async (campaign = 'boots'): Promise<Sold> => ({
      clickId: await click(tracker, campaign, `external_id=${externalId()}`),
      transactionId: unique(),
      revenue: '50.00',
      currency: 'EUR',
    }),
    /** Writes an order and its conversion together, as a shop does. */
    sell: async (manager: EntityManager, sold: Sold): Promise<IntakeResult> => {
      await manager.insert(Order, { id: sold.transactionId, total: sold.revenue });
      return conversions.convert('acme', sold, { manager });
    },
    rolledBack: (work: (manager: EntityManager) => Promise<unknown>) => rollBack(host, work),
    /** Rows of everything that a conversion leaves behind, as another connection sees them. */
    left: async ({ transactionId }: Sold): Promise<number[]> => {
      const by = 'IN (SELECT id FROM tallyback_conversions WHERE transaction_id = $1)';
      const rows = await Promise.all([
        database.query('SELECT 1 FROM host_orders WHERE id = $1', [transactionId]),
        database.query('SELECT 1 FROM tallyback_conversions WHERE transaction_id = $1', [transactionId]),
        database.query(`SELECT 1 FROM tallyback_ledger WHERE conversion_id ${by}`, [transactionId]),
        database.query(`SELECT 1 FROM tallyback_outbound_postbacks WHERE conversion_id ${by}`, [transactionId]),
      ]);
      return rows.map(({ length }) => length);
    },
    sums: async (): Promise<number> => {
      const [row] = await database.query("SELECT SUM(approved) AS n FROM tallyback_rollups WHERE basis = 'occurred'");
      return Number(row?.n ?? 0);
    },
    /** Where a conversion has been told. */
    heard: ({ transactionId }: Sold): string[] =>
      partner.told.filter(({ target, body }) => `${target}${body}`.includes(transactionId)).map(({ path }) => path),
    /** The first so many that were announced in this test. */
    toldOf: async (count: number) => {
      while (seen.length < count) await new Promise(setImmediate);
      return seen.map(({ outcome, conversion }) => [outcome, conversion.transactionId]);
    },
    /** How many rollups differ from the sums that they should be. */
    verified: async (): Promise<number> => (await tracker.get(RollupRebuild).rebuild({ verify: true })).differing,
  };
}
