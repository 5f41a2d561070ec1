import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { trackerEntities } from '../../src/index.js';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { type MutableProxy, startMutableProxy } from '../support/mutable-proxy.js';
import { click, send } from '../support/requests.js';
import { ADMIN_TOKEN, startTracker, type Tracker } from '../support/start-tracker.js';

const POOL = 12;

/** How many connections of the pool are in use. */
function busy(dataSource: DataSource): number {
  const { master } = dataSource.driver as unknown as { master: { totalCount: number; idleCount: number } };
  return master.totalCount - master.idleCount;
}

describe('while PostgreSQL is silent, on a data source of the host’s that waits for ever', () => {
  let database: TestDatabase;
  let proxy: MutableProxy;
  let dataSource: DataSource;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createPostgresDatabase();
    const url = new URL((database.options as { url: string }).url);
    proxy = await startMutableProxy({ hostname: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${proxy.port}`;
    dataSource = await new DataSource({
      type: 'postgres',
      url: url.href,
      entities: trackerEntities,
      poolSize: POOL,
    }).initialize();
    tracker = await startTracker({ database, options: { database: undefined, dataSource } });
  });
  afterAll(async () => {
    await tracker?.close();
    await dataSource?.destroy();
    await proxy?.close();
    await database?.drop();
  });

  /** As a Prometheus server asks that gives a scrape so many seconds. */
  const scrape = async (seconds: string) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'x-prometheus-scrape-timeout-seconds': seconds };
    return (await send(tracker, '/metrics', { headers })).text;
  };

  it('GET /metrics says so, with all that the process knows by itself', async () => {
    await click(tracker, 'open');
    expect(await scrape('60')).toContain('tallyback_database_up 1\n');
    proxy.silence();
    try {
      const [text] = await Promise.all(Array.from({ length: POOL }, () => scrape('0.5')));
      expect(text).toContain('tallyback_database_up 0\n');
      expect(text).toContain('tallyback_clicks_total{kind="click",bot="false"} 1\n');
      expect(text).not.toContain('tallyback_partner_postbacks_waiting');
      // However often it is asked, most connections of the host's pool stay the host's.
      expect(busy(dataSource)).toBeLessThan(POOL / 2);
    } finally {
      proxy.speak();
    }
    expect(await scrape('60')).toMatch(/tallyback_database_up 1\n[\s\S]*tallyback_partner_postbacks_waiting/);
  });
});
