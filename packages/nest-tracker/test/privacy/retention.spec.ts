import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Retention, type RetentionOptions } from '../../src/index.js';
import { createSqliteDatabase, DATABASES, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { SetClock } from '../support/on-every-database.js';
import { click } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { turnsDuring } from '../support/turns-during.js';

const DAY = 86_400_000;
const TABLES = {
  clicks: 'tallyback_clicks',
  conversions: 'tallyback_conversions',
  ledger: 'tallyback_ledger',
  inboundLog: 'tallyback_inbound_postbacks',
  seenDeliveries: 'tallyback_seen_deliveries',
};

describe.each(DATABASES)('retention on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  const clock = new SetClock();
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    for (const tracker of trackers.splice(0)) await tracker.close();
    for (const table of Object.values(TABLES)) await database.query(`DELETE FROM ${table}`);
  });
  afterAll(() => database.drop());

  async function start(retention?: RetentionOptions): Promise<Tracker> {
    const tracker = await startTracker({ database, options: { ...(retention && { retention }) }, now: clock.now });
    trackers.push(tracker);
    return tracker;
  }

  async function convert(tracker: Tracker): Promise<void> {
    const clickId = await click(tracker, 'boots');
    await report(tracker, { clickId, transactionId: unique(), revenue: '1.00', currency: 'EUR' }, { at: clock.date });
  }

  async function counts(): Promise<Record<string, number>> {
    const entries = Object.entries(TABLES).map(async ([name, table]) => {
      const [row] = await database.query(`SELECT count(*) AS count FROM ${table}`);
      return [name, Number(row?.count)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  it('keeps clicks and conversions for ever, the log and the ids of deliveries for 90 days', async () => {
    const tracker = await start();
    await convert(tracker);
    clock.time += 60 * DAY;
    await convert(tracker);
    // Long enough for the whole month of the first one to be over, which PostgreSQL waits for.
    clock.time += 62 * DAY;
    expect(await tracker.get(Retention).sweep()).toEqual({
      clicks: 0,
      conversions: 0,
      inboundLog: 1,
      outboundLog: 0,
      seenDeliveries: 1,
    });
    expect(await counts()).toEqual({ clicks: 2, conversions: 2, ledger: 2, inboundLog: 1, seenDeliveries: 1 });
  });

  it('removes of each table what is older than its own setting, and a conversion with all that is its own', async () => {
    const tracker = await start({ clicks: 10, conversions: 20, inboundLog: false, seenDeliveries: false });
    await convert(tracker);
    clock.time += 11 * DAY;
    await convert(tracker);
    await tracker.get(Retention).sweep();
    expect(await counts()).toEqual({ clicks: 1, conversions: 2, ledger: 2, inboundLog: 2, seenDeliveries: 2 });
    clock.time += 10 * DAY + 1;
    await tracker.get(Retention).sweep();
    expect(await counts()).toEqual({ clicks: 0, conversions: 1, ledger: 1, inboundLog: 2, seenDeliveries: 1 });
  });

  it('goes in chunks, between which others are served, also by several processes at a time', async () => {
    // SQLite has one process at a time.
    const all = [await start({ inboundLog: 1 }), ...(name === 'SQLite' ? [] : [await start({ inboundLog: 1 })])];
    const [tracker] = all as [Tracker];
    await convert(tracker);
    const old = Array.from({ length: 1_100 }, (_, i) => `00000000000000000000${String(i).padStart(6, '0')}`);
    const [row] = await database.query(`SELECT * FROM ${TABLES.inboundLog}`);
    const names = Object.keys(row ?? {}).filter((name) => name !== 'id');
    for (let i = 0; i < old.length; i += 100) {
      const values = old.slice(i, i + 100).map((id) => `('${id}')`);
      await database.query(
        `INSERT INTO ${TABLES.inboundLog} (id, ${names}) SELECT v.column1, ${names.map((name) => `l.${name}`)}
         FROM (VALUES ${values}) v, ${TABLES.inboundLog} l WHERE l.id = '${row?.id}'`,
      );
    }
    let removed = 0;
    const sweep = async (one: Tracker) => {
      const { inboundLog } = await one.get(Retention).sweep();
      removed += inboundLog;
    };
    const turns = await turnsDuring(() => Promise.all(all.map(sweep)));
    expect(removed).toBe(1_100);
    expect(turns).toBeGreaterThan(1);
    expect((await counts()).inboundLog).toBe(1);
  });
});

describe('a retention that cannot be', () => {
  it.each([
    ['no whole number', { clicks: 1.5 }, 'retention.clicks'],
    ['nought', { inboundLog: 0 }, 'retention.inboundLog'],
    ['shorter than senders try', { seenDeliveries: 6 }, 'retention.seenDeliveries'],
    ['of a table nobody knows', { visits: 5 }, 'retention.visits'],
    ['true', { clicks: true }, 'retention.clicks'],
  ])('stops the boot and is named: %s', async (_, retention, name) => {
    const database = await createSqliteDatabase();
    try {
      const starting = startTracker({ database, options: { retention: retention as RetentionOptions } });
      await expect(starting).rejects.toThrow(name);
    } finally {
      await database.drop();
    }
  });
});
