import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  ConversionSearch,
  InboundPostbacksService,
  OutboundPostbacksService,
  ReportsService,
} from '../../src/index.js';
import { readReportQuery } from '../../src/reports/report-query.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { pick, reportOf } from '../support/reports.js';
import { click } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { turnsDuring } from '../support/turns-during.js';

/** Clicks that are a second apart, but for those of an import. */
const CLICKS = 15_000;
const IMPORTED = 3_000;
const CONVERSIONS = 12_000;

describe('a report on SQLite that reads rows', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  /** Of the first click. */
  let start = 0;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    tracker = await startTracker({ database });
    const clickId = await click(tracker, 'boots', 'sub1=seed');
    await report(tracker, { clickId, transactionId: unique(), revenue: '2.00', currency: 'EUR' });
    const [row] = await database.query('SELECT at FROM tallyback_clicks');
    start = Number(row?.at) - 2 * CLICKS * 1_000;
    const id = (column: string) => `'00' || printf('%024d', ${column})`;
    await multiply('clicks', CLICKS, {
      id: id('n.i'),
      at: `${start} + MAX(n.i, ${IMPORTED}) * 1000`,
      sub1: "CASE WHEN n.i % 7 = 0 THEN NULL ELSE 'sub' || (n.i % 11) END",
      bot: '(n.i % 5 = 0)',
      is_unique: '(n.i % 3 = 0)',
    });
    await multiply('conversions', CONVERSIONS, {
      id: id('n.i'),
      transaction_id: "'t' || n.i",
      click_id: id('n.i'),
      occurred_at: `${start} + n.i * 1200`,
      clicked_at: `${start} + n.i * 1000`,
      status: "CASE n.i % 4 WHEN 0 THEN 'rejected' WHEN 1 THEN 'pending' ELSE 'approved' END",
      revenue: 'n.i',
      payout: 'n.i / 10',
    });
  });
  afterAll(async () => {
    await tracker.close();
    await database.drop();
  });

  /** Copies the only row of a table many times over, with some columns different in each. */
  async function multiply(table: string, count: number, changed: Record<string, string>): Promise<void> {
    const [row] = await database.query(`SELECT * FROM tallyback_${table}`);
    const kept = Object.keys(row ?? {}).filter((name) => !(name in changed) && name !== '_metadata');
    const columns = [...Object.keys(changed), ...kept];
    await database.query(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
        INSERT INTO tallyback_${table} (${columns})
        SELECT ${[...Object.values(changed), ...kept.map((name) => `c.${name}`)]} FROM tallyback_${table} c, n`,
    );
  }

  const time = (second: number) => new Date(start + second * 1_000).toISOString();

  it.each([
    ['conversion', undefined, undefined],
    ['click', undefined, undefined],
    ['conversion', 1_000, 11_001],
    ['click', 2_500, 14_999],
    ['conversion', 3_000, 3_000.001],
  ])('by %s from second %p to %p counts what the rows say', async (by, from, to) => {
    const bounds = [
      ...(from === undefined ? [] : [`from=${time(from)}`]),
      ...(to === undefined ? [] : [`to=${time(to)}`]),
    ];
    const seen = await reportOf(tracker, ['groupBy=sub1', `by=${by}`, ...bounds].join('&'));
    const between = `BETWEEN ${from === undefined ? 0 : start + from * 1_000} AND ${to === undefined ? 1e15 : start + to * 1_000 - 1}`;
    const clicks = await database.query(
      `SELECT sub1, SUM(kind = 'click' AND NOT bot) AS clicks, SUM(is_unique) AS uniqueClicks, SUM(bot) AS bots
        FROM tallyback_clicks WHERE at ${between} GROUP BY sub1 ORDER BY COALESCE(sub1, '')`,
    );
    const names = ['sub1', 'clicks', 'uniqueClicks', 'bots'];
    const withClicks = seen.rows.filter((row) => Number(row.clicks) + Number(row.bots) > 0);
    expect(pick(withClicks, ...names)).toEqual(clicks.map((row) => names.map((name) => row[name])));
    const [totals] = await database.query(
      `SELECT SUM(status IN ('approved', 'pending')) AS conversions, SUM(status = 'rejected') AS rejected,
        SUM(CASE WHEN status IN ('approved', 'pending') THEN revenue END) AS revenue
        FROM tallyback_conversions WHERE ${by === 'click' ? 'clicked_at' : 'occurred_at'} ${between}`,
    );
    const total = seen.totals[0];
    expect([total?.conversions, total?.rejected, Math.round(Number(total?.revenue) * 100)]).toEqual([
      totals?.conversions ?? 0,
      totals?.rejected ?? 0,
      totals?.revenue ?? 0,
    ]);
  });

  it('lets other requests be answered meanwhile', async () => {
    const reports = tracker.get(ReportsService);
    const asked = readReportQuery(new URLSearchParams('groupBy=sub1'));
    const turns = await turnsDuring(() => reports.report(asked));
    expect(turns).toBeGreaterThan(10);
  });

  it('is not the only one: the sums that other reports are answered from are compared with the rows in slices', async () => {
    const reports = tracker.get(ReportsService);
    const turns = await turnsDuring(async () => {
      const told = await reports.rebuild({ verify: true });
      // Of the rows that were copied past the tracker, in three kinds of sums and two of times.
      expect(told).toMatchObject({ corrected: false, counted: 3 * CLICKS + 3 * 2 * CONVERSIONS });
    });
    expect(turns).toBeGreaterThan(50);
    const both = await Promise.all([reports.rebuild(), reports.rebuild()]);
    expect(both.reduce((sum, { counted }) => sum + counted, 0)).toBe(3 * CLICKS + 3 * 2 * CONVERSIONS);
    expect(await reports.rebuild({ verify: true })).toMatchObject({ differing: 0 });
  });

  it('is not the only one: conversions are searched in parts, too', async () => {
    const search = tracker.get(ConversionSearch);
    const list = (query: string, after?: string) => search.list(new URLSearchParams(query), { limit: 1_000, after });
    const turns = await turnsDuring(async () => expect((await list('status=refunded')).items).toEqual([]));
    expect(turns).toBeGreaterThan(0);
    const found: string[] = [];
    for (let page = await list('status=rejected'); ; page = await list('status=rejected', page.next)) {
      found.push(...page.items.map(({ transactionId }) => transactionId));
      if (page.next === null) break;
    }
    const rows = await database.query(
      "SELECT transaction_id FROM tallyback_conversions WHERE status = 'rejected' ORDER BY id DESC",
    );
    expect(found).toEqual(rows.map((row) => row.transaction_id));
  });

  it('is not the only one: the inbound log is searched in parts, too', async () => {
    await multiply('inbound_postbacks', CONVERSIONS, {
      id: "'00' || printf('%024d', n.i)",
      reason: "CASE WHEN n.i IN (5, 11000) THEN 'cap_reached' END",
    });
    const log = tracker.get(InboundPostbacksService);
    const found = async (query: string, after?: string) => {
      const { items, next } = await log.list(new URLSearchParams(query), { limit: 1, after });
      return [...items.map(({ id }) => Number(id)), next !== null];
    };
    expect(await found('reason=cap_reached&q=conversions&to=1970-01-02T00:00:00Z')).toEqual([11_000, true]);
    expect(await found('reason=cap_reached')).toEqual([11_000, true]);
    expect(await found('reason=cap_reached', `00${String(11_000).padStart(24, '0')}`)).toEqual([5, false]);
    expect(await turnsDuring(() => found('advertiser=nobody'))).toBeGreaterThan(0);
    expect(await turnsDuring(() => found('q=nowhere&to=1970-01-02T00:00:00Z'))).toBeGreaterThan(0);
  });

  it.each([
    ['advertiser=acme&status=refunded', /PRIMARY KEY|autoindex/],
    [
      'advertiser=acme&event=purchase&transactionId=t77',
      /identity \(advertiser_id=\? AND event=\? AND transaction_id=\?/,
    ],
  ])('looks for %s by the index that leads to the fewest rows', async (query, index) => {
    const search = tracker.get(ConversionSearch);
    const plans = await plansOf('conversions', () =>
      search.list(new URLSearchParams(query), { limit: 10, after: undefined }),
    );
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).toMatch(index);
  });

  it('looks for a text in the inbound log through the ids of a part', async () => {
    const log = tracker.get(InboundPostbacksService);
    const plans = await plansOf('inbound_postbacks', () =>
      log.list(new URLSearchParams('q=nowhere'), { limit: 10, after: undefined }),
    );
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).toMatch(/^SEARCH .* \(id>\?/);
  });

  /** How SQLite goes about what TypeORM asks a table meanwhile. */
  async function plansOf(table: string, work: () => Promise<unknown>): Promise<string[]> {
    const { logger } = tracker.get(TrackerStorage).dataSource;
    const logQuery = logger.logQuery.bind(logger);
    const asked: [string, unknown[]][] = [];
    logger.logQuery = (text, parameters, ...more) => {
      if (text.includes(`"tallyback_${table}"`)) asked.push([text, parameters as unknown[]]);
      logQuery(text, parameters, ...more);
    };
    await work().finally(() => Object.assign(logger, { logQuery }));
    const plans = asked.map(([text, parameters]) => database.query(`EXPLAIN QUERY PLAN ${text}`, parameters));
    return (await Promise.all(plans)).map(([first]) => String(first?.detail));
  }

  it('is not the only one: the log of what partners were told is searched in parts, too', async () => {
    const id = (n: number) => `00${String(n).padStart(24, '0')}`;
    await database.query(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CONVERSIONS})
        INSERT INTO tallyback_outbound_postbacks (id, postback, webhook, conversion_id, event, status, cause, method, url, skipped)
        SELECT '00' || printf('%024d', n.i), 'partner/blog/shop', CASE WHEN n.i IN (5, 11000) THEN 'rare' END, n.i, 'purchase',
          'approved', 'conversion', 'GET', 'https://partner.example/', CASE WHEN n.i % 2 = 0 THEN 'no click id' END FROM n`,
    );
    const log = tracker.get(OutboundPostbacksService);
    const found = async (query: string, after?: string) => {
      const { items, next } = await log.list(new URLSearchParams(query), { limit: 1, after });
      return [...items.map((item) => Number(item.id)), next !== null];
    };
    expect(await found('webhook=rare')).toEqual([11_000, true]);
    expect(await found('webhook=rare&state=skipped&to=1970-01-02T00:00:00Z', id(11_001))).toEqual([11_000, false]);
    expect(await found('webhook=rare&state=delivered', id(11_000))).toEqual([5, false]);
    expect(await found('conversion=7')).toEqual([7, false]);
    expect(await found('from=1970-01-02T00:00:00Z')).toEqual([false]);
    expect(await turnsDuring(() => found('state=dead'))).toBeGreaterThan(0);
    const storage = tracker.get(TrackerStorage);
    const read = jest.spyOn(storage, 'read');
    for (const query of ['state=dead', 'state=pending', 'state=delivered', 'webhook=erp', 'partner=blog'])
      await found(query);
    const searches = read.mock.calls.map(([asked]) => asked).filter(({ text }) => text.includes('JOIN'));
    read.mockRestore();
    expect(searches).toHaveLength(9);
    for (const { text, parameters } of searches) {
      const plan = await database.query(`EXPLAIN QUERY PLAN ${text}`, parameters as unknown[]);
      expect(plan[0]?.detail).toMatch(/^SEARCH l USING .*autoindex.* \(id[<>]\?/);
    }
  });
});
