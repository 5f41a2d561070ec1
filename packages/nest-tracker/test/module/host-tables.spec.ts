import { afterEach, describe, expect, it } from '@jest/globals';
import libsql from 'libsql';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Retention, TRACKER_MIGRATIONS_TABLE, trackerEntities } from '../../src/index.js';
import { catalogWith, logged, QUICK } from '../partner-postbacks/outbound.js';
import { createPostgresDatabase, createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { decide, report, unique } from '../support/messages.js';
import { type PartnerServer, startPartner } from '../support/partner-server.js';
import { BROWSER, click, inboundLog, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const entities = [...trackerEntities];

describe('the tables of a host with names of its own', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tracker: Tracker;
  let partner: PartnerServer;
  afterEach(async () => {
    await tracker?.close();
    await partner?.close();
    await dataSource?.destroy();
    await database.drop();
  });

  async function start(options: DataSourceOptions): Promise<void> {
    partner = await startPartner();
    dataSource = await new DataSource(options).initialize();
    const seed = catalogWith([{ url: `${partner.url}/told?id={external_id}`, allowHttp: true }]);
    const own = { database: undefined, dataSource, seed, partnerPostbacks: QUICK, retention: { inboundLog: 40 } };
    tracker = await startTracker({ database, options: own });
  }

  /** Everything that the tracker has statements of its own for. */
  async function workThrough(): Promise<void> {
    const clickId = await click(tracker, 'spring', 'external_id=x1&sub1=a');
    const direct = await send(tracker, '/v1/clicks', {
      method: 'POST',
      headers: { origin: 'https://shop.example', 'content-type': 'text/plain', 'user-agent': BROWSER },
      body: JSON.stringify({ campaign: 'spring', url: 'https://shop.example/', key: 'k'.repeat(24) }),
    });
    expect(direct.body.status).toBe('new');
    const keys = { clickId, transactionId: unique() };
    const order = { ...keys, revenue: '49.90', currency: 'EUR', customerId: 'c-1' };
    expect((await report(tracker, order)).body.outcome).toBe('recorded');
    expect((await report(tracker, order)).body.outcome).toBe('duplicate');
    await partner.heard(1);
    await logged(tracker, { state: 'delivered' }, 1);
    expect((await decide(tracker, { ...keys, status: 'refunded', reason: 'sent back' })).status).toBe(200);
    for (const query of ['groupBy=campaign', 'groupBy=sub1&filter[sub1]=a', 'groupBy=day&by=click']) {
      const { status, body } = await manage(tracker, `/v1/reports?${query}`);
      expect([query, status, (body.totals as unknown[]).length]).toEqual([query, 200, 1]);
    }
    expect((await inboundLog(tracker, {})).length).toBeGreaterThan(1);
    const [told] = (await manage(tracker, '/v1/partners/blog/postbacks')).body.items as { key: string }[];
    for (const change of ['pause', 'resume']) {
      const path = `/v1/partners/blog/postbacks/${told?.key}/${change}`;
      expect([change, (await manage(tracker, path, { method: 'POST', body: {} })).status]).toEqual([change, 200]);
    }
    expect((await manage(tracker, '/v1/people/c-1', { method: 'DELETE' })).status).toBe(200);
    expect((await send(tracker, '/health')).status).toBe(200);
    await tracker.get(Retention).sweep();
  }

  it('follow its prefix on SQLite', async () => {
    database = await createSqliteDatabase();
    const { path } = database.options as { path: string };
    await start({
      type: 'better-sqlite3',
      driver: libsql,
      database: path,
      enableWAL: true,
      entities,
      entityPrefix: 'my_',
    });
    await workThrough();
    const others = await database.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'my\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    );
    expect(others).toEqual([{ name: TRACKER_MIGRATIONS_TABLE }]);
  });

  it('follow its schema and prefix on PostgreSQL', async () => {
    database = await createPostgresDatabase();
    const { url } = database.options as { url: string };
    await start({ type: 'postgres', url, entities, schema: 'tracking', entityPrefix: 'my_' });
    await workThrough();
    const tables = await database.query(
      `SELECT n.nspname AS schema, c.relname LIKE 'my\\_%' AS prefixed, c.relname = $1 AS history, count(*)::int AS count
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        GROUP BY 1, 2, 3 ORDER BY 2`,
      [TRACKER_MIGRATIONS_TABLE],
    );
    expect(tables).toEqual([
      { schema: 'tracking', prefixed: false, history: true, count: 1 },
      { schema: 'tracking', prefixed: true, history: false, count: expect.any(Number) },
    ]);
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
});
