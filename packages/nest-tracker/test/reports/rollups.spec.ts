import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReportsService, Retention } from '../../src/index.js';
import { RollupKeeper } from '../../src/rollups/rollup-keeper.service.js';
import { Dice } from '../fuzz/dice.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { report as sendReport, unique } from '../support/messages.js';
import { SetClock } from '../support/on-every-database.js';
import { geo, randomTraffic } from '../support/random-traffic.js';
import { pick, reportOf } from '../support/reports.js';
import { click, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const DAY = 86_400_000;
const DIMENSIONS = ['campaign', 'offer', 'partner', 'advertiser', 'event', 'country', 'device', 'os', 'browser'];
const TIMES = ['hour', 'day', 'month', '', ''];
const ZONES = ['UTC', 'UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/New_York'];
const FILTERS = ['', '', '', 'filter[campaign]=boots', 'filter[event]=purchase', 'filter[country]=DE', 'currency=EUR'];

describe.each(DATABASES)('rollups on $database', ({ database: name, createDatabase }) => {
  const clock = new SetClock();
  const trackers: Tracker[] = [];
  const dice = new Dice(20_260_322);
  let database: TestDatabase;
  let tracker: Tracker;
  const start = async () => {
    const setup = { database, options: { geo, retention: { clicks: 30 } }, now: clock.now, behindProxy: true } as const;
    trackers.push(await startTracker(setup));
  };
  const rebuild = async (body: object) =>
    (await manage(tracker, '/v1/reports/rebuild', { method: 'POST', body: { ...body } })).body;
  beforeAll(async () => {
    database = await createDatabase();
    // The night in which summer time begins is in the middle.
    clock.set('2031-03-28T20:11:07Z');
    await start();
    // On SQLite one process at a time.
    if (name === 'PostgreSQL') await start();
    tracker = trackers[0] as Tracker;
    await randomTraffic(trackers, clock, dice, 300);
  });
  afterAll(async () => {
    for (const one of trackers) await one.close();
    await database.drop();
  });

  it('answer every report as the rows would', async () => {
    const from = Date.parse('2031-03-28T20:00:00Z');
    const time = () => new Date(from + dice.below(clock.time - from)).toISOString();
    let seen = 0;
    for (let i = 0; i < 40; i++) {
      const dimensions = DIMENSIONS.filter(() => dice.chance(20));
      const groupBy = [...dimensions, dice.pick(TIMES)].filter((one) => one !== '').join(',');
      const [a, b] = [time(), time()].sort();
      const bounds = dice.pick(['', `from=${a}`, `from=${a}&to=${b}`, `to=${b}`, 'from=2031-03-29', 'to=2031-03-30']);
      const parts = [`groupBy=${groupBy}`, `timezone=${dice.pick(ZONES)}`, bounds, dice.pick(FILTERS)];
      const query = [...(groupBy === '' ? parts.slice(1) : parts), `by=${dice.pick(['click', 'conversion'])}`]
        .filter((part) => part !== '')
        .join('&');
      const fromRows = await reportOf(tracker, `${query}&source=rows`);
      expect([query, await reportOf(tracker, query)]).toEqual([query, fromRows]);
      seen += fromRows.rows.length;
    }
    expect(seen).toBeGreaterThan(300);
  });

  it('are the sums of the rows, which a comparison proves', async () => {
    expect(await rebuild({ verify: true })).toMatchObject({ differing: 0, counted: 0, corrected: false });
    expect(await rebuild({})).toEqual({
      from: '2031-03-28T00:00:00.000Z',
      to: new Date(Math.ceil(clock.time / DAY) * DAY).toISOString(),
      differing: 0,
      counted: 0,
      corrected: false,
    });
  });

  it('are put right where somebody has been at the tables, while clicks come in', async () => {
    const before = await reportOf(tracker, 'groupBy=campaign,day');
    await database.query(
      "UPDATE tallyback_rollups SET clicks = clicks + 3 WHERE basis = 'visit' AND grain = 'quarter'",
    );
    await database.query("DELETE FROM tallyback_rollups WHERE basis <> 'visit'");
    expect(await reportOf(tracker, 'groupBy=campaign,day')).not.toEqual(before);
    const { differing, counted } = await rebuild({ verify: true });
    expect(Number(differing)).toBeGreaterThan(20);
    expect(Number(counted)).toBeGreaterThan(100);
    const clicks = Promise.all(Array.from({ length: 60 }, () => click(dice.pick(trackers), 'yen')));
    // Two at once must not put it right twice.
    const results = await Promise.all([rebuild({}), rebuild({})]);
    expect(results.reduce((sum, result) => sum + Number(result.differing), 0)).toBe(differing);
    await clicks;
    expect(await rebuild({ verify: true })).toMatchObject({ differing: 0 });
    const { rows } = await reportOf(tracker, 'groupBy=campaign,day');
    expect(rows.filter(({ campaign }) => campaign !== 'yen')).toEqual(
      before.rows.filter(({ campaign }) => campaign !== 'yen'),
    );
    expect((await manage(tracker, '/v1/audit?kind=rollups')).body.items).toHaveLength(3);
  });

  it.each([[{ from: 'yesterday' }], [{ to: 5 }], [{ verify: 'yes' }], [{ since: '2031-01-01' }]])(
    'are not compared by %j',
    async (body) => {
      const answer = await manage(tracker, '/v1/reports/rebuild', { method: 'POST', body });
      expect(answer.status).toBe(400);
    },
  );

  it('count a visitor once a day in a campaign, in whichever process', async () => {
    const visitor = {
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0' },
    };
    const query = 'groupBy=day&filter[campaign]=see-other';
    const visits = () =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) => send(trackers[i % trackers.length] as Tracker, '/c/see-other', visitor)),
      );
    clock.set('2031-04-02T10:00:00Z');
    await visits();
    await visits();
    clock.set('2031-04-03T10:00:00Z');
    await visits();
    const expected = [
      ['2031-04-02', 40, 1],
      ['2031-04-03', 20, 1],
    ];
    expect(pick((await reportOf(tracker, query)).rows, 'day', 'clicks', 'uniqueClicks')).toEqual(expected);
    expect(pick((await reportOf(tracker, `${query}&source=rows`)).rows, 'day', 'clicks', 'uniqueClicks')).toEqual(
      expected,
    );
  });

  it('are tidied up without a report noticing', async () => {
    const query = 'groupBy=campaign,event,day&by=click';
    const before = await reportOf(tracker, query);
    clock.time += DAY;
    await Promise.all(trackers.map((one) => one.get(RollupKeeper).tidy()));
    expect(await database.query('SELECT DISTINCT lane FROM tallyback_rollups')).toEqual([{ lane: 0 }]);
    expect(await database.query('SELECT DISTINCT day FROM tallyback_day_visitors')).toEqual([
      { day: Math.floor(clock.time / DAY) - 1 },
    ]);
    expect(await reportOf(tracker, query)).toEqual(before);
    expect(await rebuild({ verify: true })).toMatchObject({ differing: 0 });
  });

  it('stay when a person is erased', async () => {
    const clickId = await click(tracker, 'boots');
    const visitors = async () => (await database.query('SELECT * FROM tallyback_day_visitors')).length;
    const known = await visitors();
    const before = await reportOf(tracker, 'groupBy=campaign,country');
    expect((await manage(tracker, `/v1/people/by-click/${clickId}`, { method: 'DELETE' })).body).toMatchObject({
      clicks: 1,
    });
    expect(await reportOf(tracker, 'groupBy=campaign,country')).toEqual(before);
    expect(await visitors()).toBe(known - 1);
    expect(await rebuild({ verify: true })).toMatchObject({ differing: 0 });
  });

  it('outlive the rows that retention removes, also when they are compared', async () => {
    const before = await reportOf(tracker, 'groupBy=campaign,day');
    clock.time += 40 * DAY;
    expect((await tracker.get(Retention).sweep()).clicks).toBeGreaterThan(100);
    await click(tracker, 'boots');
    expect(await tracker.get(ReportsService).rebuild()).toMatchObject({ differing: 0 });
    const { rows } = await reportOf(tracker, 'groupBy=campaign,day&to=2031-04-05');
    expect(rows).toEqual(before.rows);
  });

  it('outlive them, too, when rows are kept for longer from then on', async () => {
    await Promise.all(trackers.splice(0).map((one) => one.close()));
    trackers.push(await startTracker({ database, options: { geo }, now: clock.now }));
    tracker = trackers[0] as Tracker;
    const before = await reportOf(tracker, 'groupBy=campaign,day');
    await tracker.get(ReportsService).rebuild();
    expect(await reportOf(tracker, 'groupBy=campaign,day')).toEqual(before);
    // Days that have all their rows are compared as ever.
    await database.query("UPDATE tallyback_rollups SET clicks = clicks + 1 WHERE bucket >= $1 AND basis = 'visit'", [
      clock.time - DAY,
    ]);
    expect((await tracker.get(ReportsService).rebuild()).differing).toBeGreaterThan(0);
  });

  it('are compared without the decades in which nothing happened, when the clock of a sender was wrong', async () => {
    const stray = { transactionId: unique(), revenue: '1.00', currency: 'EUR', occurredAt: '1970-01-01T00:00:00.000Z' };
    expect((await sendReport(tracker, stray, { at: new Date(clock.time) })).status).toBe(202);
    const from = '1970-01-01T00:00:00.000Z';
    expect(await rebuild({})).toMatchObject({ from, differing: 0 });
    await database.query('UPDATE tallyback_rollups SET approved = approved + 1 WHERE bucket = 0');
    // Three sums by the time of the conversion, and three by that of the click that it does not have.
    expect(await rebuild({})).toMatchObject({ from, differing: 6, counted: 6, corrected: true });
    await database.query('DELETE FROM tallyback_rollups WHERE bucket = 0');
    expect(await rebuild({})).toMatchObject({ from, differing: 6, counted: 6, corrected: true });
    expect(await rebuild({ verify: true })).toMatchObject({ from, differing: 0 });
  });
});
