import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import { ClickLookup } from '../src/clicks/click-lookup.js';
import { Retention, SweepError } from '../src/index.js';
import { Partitions } from '../src/storage/partitions/partitions.service.js';
import { createPostgresDatabase, type TestDatabase } from './support/databases.js';
import { SetClock } from './support/on-every-database.js';
import { click, manage } from './support/requests.js';
import { startTracker, type Tracker } from './support/start-tracker.js';

const DAY = 86_400_000;
const PARTITIONS = `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = $1::regclass ORDER BY 1`;
const WHERE_THEY_ARE = 'SELECT id, tableoid::regclass::text AS partition FROM tallyback_clicks ORDER BY id';

describe('clicks and the inbound log on PostgreSQL', () => {
  let database: TestDatabase;
  let trackers: Tracker[];
  const clock = new SetClock();
  beforeEach(async () => {
    clock.set('2026-11-22T10:00:00Z');
    trackers = [];
    database = await createPostgresDatabase();
  });
  afterEach(async () => {
    for (const tracker of trackers) await tracker.close();
    await database.drop();
  });

  async function start(retention = {}): Promise<Tracker> {
    const tracker = await startTracker({ database, now: clock.now, options: { retention } });
    trackers.push(tracker);
    return tracker;
  }
  const partitionsOf = async (table: string) => (await database.query(PARTITIONS, [table])).map(({ name }) => name);
  const partitionsOfClicks = () => partitionsOf('tallyback_clicks');

  it('lie in a partition for each month, made ahead, by whichever of several processes is first', async () => {
    const [tracker] = await Promise.all([start(), start(), start()]);
    for (const table of ['tallyback_clicks', 'tallyback_inbound_postbacks']) {
      const months = ['2026_11', '2026_12', '2027_01'].map((month) => `${table}_${month}`);
      expect(await partitionsOf(table)).toEqual([...months, `${table}_rest`]);
    }
    const first = await click(tracker, 'boots');
    clock.set('2026-12-01T00:00:00Z');
    const second = await click(tracker, 'boots');
    expect(await database.query(WHERE_THEY_ARE)).toEqual([
      { id: first, partition: 'tallyback_clicks_2026_11' },
      { id: second, partition: 'tallyback_clicks_2026_12' },
    ]);
    await Promise.all(trackers.map((one) => one.get(Partitions).ensure()));
    expect(await partitionsOfClicks()).toContain('tallyback_clicks_2027_02');
  });

  it('are found by their ids in whatever month, and beside what can be no id', async () => {
    const tracker = await start();
    const ids = [await click(tracker, 'boots')];
    clock.set('2027-01-05T00:00:00Z');
    ids.push(await click(tracker, 'boots'), await click(tracker, 'boots'));
    const lookup = tracker.get(ClickLookup);
    const found = await Promise.all(['~', ...ids, '', 'ÿ'.repeat(26)].map((id) => lookup.find(id)));
    expect(found.map((one) => one?.id ?? null)).toEqual([null, ...ids, null, null]);
    expect(await lookup.find('~')).toBeNull();
  });

  it('refuse no row of a month without a partition; it moves when the partition is made', async () => {
    const tracker = await start();
    const ids: string[] = [];
    for (const time of ['2027-06-30T23:59:59Z', '2027-07-01T00:00:00Z']) {
      clock.set(time);
      ids.push(await click(tracker, 'boots'));
    }
    const rest = 'tallyback_clicks_rest';
    expect(await database.query(WHERE_THEY_ARE)).toEqual(ids.map((id) => ({ id, partition: rest })));
    clock.set('2027-05-01T00:00:00Z');
    await tracker.get(Partitions).ensure();
    expect(await database.query(WHERE_THEY_ARE)).toEqual([
      { id: ids[0], partition: 'tallyback_clicks_2027_06' },
      { id: ids[1], partition: 'tallyback_clicks_2027_07' },
    ]);
  });

  it('go by the whole month once its last day is older than the retention, also in several processes at a time', async () => {
    const all = [await start({ clicks: 40, inboundLog: 40 }), await start({ clicks: 40, inboundLog: 40 })];
    const [tracker] = all as [Tracker];
    await click(tracker, 'boots');
    clock.set('2026-12-05T00:00:00Z');
    const kept = await click(tracker, 'boots');
    const sweep = async () => {
      const swept = await Promise.all(all.map((one) => one.get(Retention).sweep()));
      return swept.reduce((sum, { clicks }) => sum + clicks, 0);
    };
    clock.time = Date.parse('2026-12-01T00:00:00Z') + 40 * DAY - 1;
    expect(await sweep()).toBe(0);
    clock.time += 1;
    expect(await sweep()).toBe(1);
    expect(await partitionsOfClicks()).not.toContain('tallyback_clicks_2026_11');
    expect(await database.query(WHERE_THEY_ARE)).toEqual([{ id: kept, partition: 'tallyback_clicks_2026_12' }]);
  });

  it('go as far as they can when a month cannot, which is told and tried again', async () => {
    const tracker = await start({ clicks: 40, seenDeliveries: 40 });
    await click(tracker, 'boots');
    clock.set('2026-12-05T00:00:00Z');
    await click(tracker, 'boots');
    await database.query(`INSERT INTO tallyback_seen_deliveries (id, advertiser_id, delivery_id, conversion_id, at)
        VALUES ('${createId(clock.time)}', 'a', 'd', 'c', 0)`);
    // PostgreSQL drops no table that something of the host's depends on.
    await database.query('CREATE VIEW hosts AS SELECT id FROM tallyback_clicks_2026_11');
    clock.set('2027-02-28T00:00:00Z');
    const sweeping = tracker.get(Retention).sweep();
    await expect(sweeping).rejects.toThrow(SweepError);
    await expect(sweeping).rejects.toThrow(/clicks of 2026-11 .*depend/);
    expect(await database.query(WHERE_THEY_ARE)).toMatchObject([{ partition: 'tallyback_clicks_2026_11' }]);
    expect(await partitionsOfClicks()).not.toContain('tallyback_clicks_2026_12');
    expect(await database.query('SELECT * FROM tallyback_seen_deliveries')).toEqual([]);
    const { text } = await manage(tracker, '/metrics');
    expect(text).toContain('tallyback_retention_failures_total{table="clicks"} 1\n');
    expect(text).toContain('tallyback_retention_failures_total{table="seenDeliveries"} 0\n');
    await database.query('DROP VIEW hosts');
    expect((await tracker.get(Retention).sweep()).clicks).toBe(1);
  });

  it('lose old rows that lie with the rest one by one, and no partition that somebody made by hand', async () => {
    const tracker = await start({ clicks: 40 });
    await click(tracker, 'boots');
    const [row] = await database.query('SELECT * FROM tallyback_clicks');
    const others = Object.keys(row ?? {}).filter((name) => name !== 'id');
    const old = createId(Date.parse('2025-03-03T00:00:00Z'));
    await database.query(`INSERT INTO tallyback_clicks (id, ${others}) SELECT $1, ${others} FROM tallyback_clicks`, [
      old,
    ]);
    await database.query(
      "CREATE TABLE tallyback_clicks_2020_01 PARTITION OF tallyback_clicks FOR VALUES FROM ('01e00') TO ('01e01')",
    );
    expect((await tracker.get(Retention).sweep()).clicks).toBe(1);
    expect(await partitionsOfClicks()).toContain('tallyback_clicks_2020_01');
    expect((await database.query(WHERE_THEY_ARE)).map(({ id }) => id)).toEqual([row?.id]);
  });

  it('serve clicks while partitions cannot be made, and make them later', async () => {
    const tracker = await start();
    clock.set('2026-12-05T00:00:00Z');
    await database.query('ALTER TABLE tallyback_clicks_rest RENAME TO hidden');
    await tracker.get(Partitions).ensure();
    expect(await partitionsOfClicks()).not.toContain('tallyback_clicks_2027_02');
    await click(tracker, 'boots');
    await database.query('ALTER TABLE hidden RENAME TO tallyback_clicks_rest');
    await tracker.get(Partitions).ensure();
    expect(await partitionsOfClicks()).toContain('tallyback_clicks_2027_02');
  });
});

describe('a PostgreSQL whose collation orders letters otherwise than ids do', () => {
  it('keeps clicks in one table, and removes old ones by deleting them', async () => {
    const database = await createPostgresDatabase({ icuLocale: 'et-EE' });
    const clock = new SetClock();
    const tracker = await startTracker({ database, now: clock.now, options: { retention: { clicks: 40 } } });
    try {
      await click(tracker, 'boots');
      expect(await database.query(PARTITIONS, ['tallyback_clicks'])).toEqual([]);
      clock.time += 41 * DAY;
      expect((await tracker.get(Retention).sweep()).clicks).toBe(1);
    } finally {
      await tracker.close();
      await database.drop();
    }
  });
});
