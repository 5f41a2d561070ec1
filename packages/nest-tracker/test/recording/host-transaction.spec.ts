import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import {
  type ConversionEvent,
  ConversionsService,
  InboundPostback,
  type IntakeResult,
  TrackerEvents,
} from '../../src/index.js';
import { RollupRebuild } from '../../src/rollups/rollup-rebuild.service.js';
import { externalId, QUICK } from '../partner-postbacks/outbound.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { hostOptions, Order, rollBack, UNDONE } from '../support/host-orders.js';
import { intakesOf } from '../support/intakes.js';
import { report, unique } from '../support/messages.js';
import { type PartnerServer, startPartner } from '../support/partner-server.js';
import { click } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const outcome = (result: IntakeResult) => (result.accepted ? result.outcome : result.refusal.reason);
/** Connections that the host has on PostgreSQL. */
const POOL = 4;

describe.each(DATABASES)('a transaction of the host’s on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  let host: DataSource;
  let tracker: Tracker;
  let partner: PartnerServer;
  let conversions: ConversionsService;
  const seen: ConversionEvent[] = [];
  /** How far the tracker's clock is ahead. */
  let later = 0;
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
    tracker = await startTracker({ database, options, now: () => Date.now() + later });
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

  const order = async (campaign = 'boots') => ({
    clickId: await click(tracker, campaign, `external_id=${externalId()}`),
    transactionId: unique(),
    revenue: '50.00',
    currency: 'EUR',
  });
  type Sold = Awaited<ReturnType<typeof order>>;

  /** Writes an order and its conversion together, as a shop does. */
  const sell = async (manager: EntityManager, sold: Sold): Promise<IntakeResult> => {
    await manager.insert(Order, { id: sold.transactionId, total: sold.revenue });
    return conversions.convert('acme', sold, { manager });
  };
  const rolledBack = (work: (manager: EntityManager) => Promise<unknown>) => rollBack(host, work);

  /** Rows of everything that a conversion leaves behind, as another connection sees them. */
  const left = async ({ transactionId }: Sold) => {
    const by = 'IN (SELECT id FROM tallyback_conversions WHERE transaction_id = $1)';
    const rows = await Promise.all([
      database.query('SELECT 1 FROM host_orders WHERE id = $1', [transactionId]),
      database.query('SELECT 1 FROM tallyback_conversions WHERE transaction_id = $1', [transactionId]),
      database.query(`SELECT 1 FROM tallyback_ledger WHERE conversion_id ${by}`, [transactionId]),
      database.query(`SELECT 1 FROM tallyback_outbound_postbacks WHERE conversion_id ${by}`, [transactionId]),
    ]);
    return rows.map(({ length }) => length);
  };
  const sums = async () => {
    const [row] = await database.query("SELECT SUM(approved) AS n FROM tallyback_rollups WHERE basis = 'occurred'");
    return Number(row?.n ?? 0);
  };
  const heard = ({ transactionId }: Sold) =>
    partner.told.filter(({ target, body }) => `${target}${body}`.includes(transactionId)).map(({ path }) => path);
  const toldOf = async (count: number) => {
    while (seen.length < count) await new Promise(setImmediate);
    return seen.map(({ outcome: what, conversion }) => [what, conversion.transactionId]);
  };
  const verified = async () => (await tracker.get(RollupRebuild).rebuild({ verify: true })).differing;

  it('holds the order and its conversion: committed, everything that belongs to it is there and everybody told', async () => {
    const sold = await order();
    const before = await sums();
    await host.transaction(async (manager) => {
      const result = await sell(manager, sold);
      expect(result).toMatchObject({ accepted: true, outcome: 'recorded', conversion: { payout: 500n } });
      expect(outcome(await conversions.convert('acme', sold, { manager }))).toBe('duplicate');
      await new Promise(setImmediate);
      expect(await left(sold)).toEqual([0, 0, 0, 0]);
      expect([seen, heard(sold)]).toEqual([[], []]);
    });
    expect(await left(sold)).toEqual([1, 1, 1, 2]);
    expect(await sums()).toBeGreaterThan(before);
    expect(await toldOf(1)).toEqual([['recorded', sold.transactionId]]);
    await partner.heard(2, ({ target, body }) => `${target}${body}`.includes(sold.transactionId));
    expect(heard(sold).sort()).toEqual(['/partner', '/webhook']);
    expect(await verified()).toBe(0);
  });

  it('takes refunds and several messages, too', async () => {
    const sold = await order();
    const intake = await intakesOf(tracker);
    const { transactionId } = sold;
    await host.transaction(async (manager) => {
      await sell(manager, sold);
      const many = [intake(sold), intake({ transactionId: unique() })].map((one) => ({ intake: one }));
      const results = await conversions.recordAll(many, { manager });
      expect(results.map(outcome)).toEqual(['duplicate', 'unattributed']);
    });
    const refund = await host.transaction((manager) =>
      conversions.update('acme', { transactionId, status: 'refunded' }, { manager }),
    );
    expect(refund).toMatchObject({ outcome: 'updated', conversion: { status: 'refunded' } });
    expect((await toldOf(3)).map(([what]) => what)).toEqual(['recorded', 'unattributed', 'updated']);
    expect(await verified()).toBe(0);
  });

  it('leaves nothing behind when it is rolled back, not even in memory', async () => {
    const sold = await order();
    const before = await sums();
    await rolledBack(async (manager) => expect(outcome(await sell(manager, sold))).toBe('recorded'));
    expect(await left(sold)).toEqual([0, 0, 0, 0]);
    expect(await sums()).toBe(before);
    expect((await report(tracker, sold)).body).toMatchObject({ outcome: 'recorded' });
    expect(await toldOf(1)).toEqual([['recorded', sold.transactionId]]);
    expect(await left(sold)).toEqual([0, 1, 1, 2]);
    expect(await verified()).toBe(0);
  });

  it('may roll back a part of itself, of which nobody hears', async () => {
    const [kept, dropped] = [await order(), await order()];
    await host.transaction(async (manager) => {
      const part = manager.transaction(async (inner) => {
        await sell(inner, dropped);
        throw UNDONE;
      });
      await expect(part).rejects.toBe(UNDONE);
      await sell(manager, kept);
    });
    expect(await toldOf(1)).toEqual([['recorded', kept.transactionId]]);
    expect([await left(dropped), await left(kept)]).toEqual([
      [0, 0, 0, 0],
      [1, 1, 1, 2],
    ]);
  });

  it('goes on as it was before a conversion that cannot be stored', async () => {
    const sold = await order();
    const intake = await intakesOf(tracker);
    const alongside = () => Object.assign(new InboundPostback(), { id: 'x'.repeat(26), method: null });
    await host.transaction(async (manager) => {
      await manager.insert(Order, { id: sold.transactionId, total: sold.revenue });
      await expect(conversions.record(intake(sold), { alongside, manager })).rejects.toThrow(/null/i);
      expect(outcome(await conversions.convert('nobody', sold, { manager }))).toBe('unknown_advertiser');
      const wrong = await conversions.convert('acme', { ...sold, revenue: '50.001' }, { manager });
      expect(wrong).toMatchObject({ accepted: false, refusal: { reason: 'invalid_field', field: 'revenue' } });
    });
    expect(await left(sold)).toEqual([1, 0, 0, 0]);
  });

  it('keeps what the host writes meanwhile, also when the conversion needs a second attempt', async () => {
    // The first one under a cap finds that nobody counts yet, undoes what it did, and runs again.
    const sold = await order('counted');
    const written: string[] = [];
    await host.transaction(async (manager) => {
      let recorded: IntakeResult | undefined;
      const recording = conversions.convert('acme', sold, { manager }).then((result) => {
        recorded = result;
      });
      while (!recorded) {
        const id = unique('meanwhile');
        await manager.insert(Order, { id, total: '1.00' });
        written.push(id);
        if (name === 'SQLite') await new Promise(setImmediate);
      }
      await recording;
      expect(outcome(recorded)).toBe('recorded');
    });
    const kept = await database.query("SELECT id FROM host_orders WHERE id LIKE 'meanwhile%'");
    expect(kept.map(({ id }) => id).sort()).toEqual(written.sort());
  });

  it('takes the place of a cap, and gives it back when it is rolled back', async () => {
    const [first, second] = [await order('capped'), await order('capped')];
    const both = async (manager: EntityManager) => {
      expect(outcome(await sell(manager, first))).toBe('recorded');
      expect(outcome(await sell(manager, second))).toBe('cap_reached');
    };
    await rolledBack(both);
    await host.transaction(both);
    expect((await report(tracker, second)).body).toMatchObject({ reason: 'cap_reached' });
  });

  it.each(['committed', 'rolled back'])(
    'decides what becomes of a copy that comes over HTTP meanwhile, by being %s',
    async (end) => {
      const sold = await order();
      const other = await order();
      let copies: Promise<unknown[]> | undefined;
      const work = async (manager: EntityManager) => {
        await sell(manager, sold);
        copies = Promise.all([report(tracker, sold), report(tracker, other)]).then((all) =>
          all.map(({ body }) => body.outcome),
        );
        await untilItWaits();
      };
      await (end === 'committed' ? host.transaction(work) : rolledBack(work));
      expect(await copies).toEqual([end === 'committed' ? 'duplicate' : 'recorded', 'recorded']);
      expect((await left(sold)).slice(1)).toEqual([1, 1, 2]);
      expect(await verified()).toBe(0);
    },
  );

  /** Until the tracker waits for the host: by the server's own word, or, on SQLite, because nobody else may write. */
  const untilItWaits = async () => {
    if (name === 'SQLite') return new Promise(setImmediate);
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await database.query(waiting)).length === 0);
  };

  if (name === 'SQLite') {
    it('is not waited for by what it waits for itself: that fails, and says to pass the manager', async () => {
      const [sold, next] = [await order(), await order()];
      const now = performance.now.bind(performance);
      let ahead = 0;
      // Half a minute goes by in a few looks at the clock.
      const clock = jest.spyOn(performance, 'now').mockImplementation(() => {
        ahead += 1000;
        return now() + ahead;
      });
      await host.transaction(async (manager) => {
        await manager.insert(Order, { id: sold.transactionId, total: sold.revenue });
        const inside = conversions.convert('acme', sold).finally(() => clock.mockRestore());
        await expect(inside).rejects.toMatchObject({ code: 'host_transaction_open', message: /30 s.*\{ manager \}/ });
      });
      expect(await left(sold)).toEqual([1, 0, 0, 0]);
      expect(outcome(await conversions.convert('acme', next))).toBe('recorded');
      expect((await report(tracker, sold)).body).toMatchObject({ outcome: 'recorded' });
    });
  }

  if (name === 'PostgreSQL') {
    it.each(['committed', 'rolled back'])('waits for a copy in another one, and sees that it was %s', async (end) => {
      const sold = await order();
      let copy: Promise<string> | undefined;
      const work = async (manager: EntityManager) => {
        await conversions.convert('acme', sold, { manager });
        copy = host.transaction(async (another) =>
          outcome(await conversions.convert('acme', sold, { manager: another })),
        );
        await untilItWaits();
      };
      await (end === 'committed' ? host.transaction(work) : rolledBack(work));
      expect(await copy).toBe(end === 'committed' ? 'duplicate' : 'recorded');
      expect((await left(sold)).slice(1)).toEqual([1, 1, 2]);
    });

    it('needs no second connection, even when others hold all of them and the catalog is old', async () => {
      const orders = await Promise.all(Array.from({ length: POOL }, () => order()));
      let begun = 0;
      const work = async (sold: Sold) =>
        host.transaction(async (manager) => {
          begun++;
          while (begun < POOL) await new Promise(setImmediate);
          later = 60_000;
          return outcome(await sell(manager, sold));
        });
      expect(await Promise.all(orders.map(work))).toEqual(Array(POOL).fill('recorded'));
      expect(await verified()).toBe(0);
    });

    it('has to see what others commit while it waits', async () => {
      const sold = await order();
      const strict = host.transaction('REPEATABLE READ', (manager) => conversions.convert('acme', sold, { manager }));
      await expect(strict).rejects.toMatchObject({ code: 'isolation_level', message: /READ COMMITTED/ });
    });
  }

  it('and traffic do not get in each other’s way', async () => {
    const orders = await Promise.all(Array.from({ length: 24 }, (_, i) => order(i % 3 ? 'boots' : 'shared')));
    const before = await left(orders[0] as Sold);
    // More transactions than connections, each with a second statement to make, and a copy of each over HTTP.
    const inTransactions = async (start: number) => {
      const results: string[] = [];
      for (let i = start; i < orders.length; i += name === 'SQLite' ? 1 : 6) {
        const sold = orders[i] as Sold;
        results.push(outcome(await host.transaction((manager) => sell(manager, sold))));
      }
      return results;
    };
    const lines = name === 'SQLite' ? [0] : [0, 1, 2, 3, 4, 5];
    const [sales, copies] = await Promise.all([
      Promise.all(lines.map(inTransactions)).then((all) => all.flat()),
      Promise.all(orders.map(async (sold) => (await report(tracker, sold)).body)),
    ]);
    const all = [...sales, ...copies.map((body) => body.outcome)];
    expect(before).toEqual([0, 0, 0, 0]);
    expect(all.filter((one) => one === 'recorded')).toHaveLength(16 + 5);
    const stored = await Promise.all(orders.map(left));
    expect(stored.filter(([, conversion]) => conversion === 1)).toHaveLength(16 + 5);
    expect(stored.every(([kept]) => kept === 1)).toBe(true);
    expect(await verified()).toBe(0);
  });

  it('has to be open, and of the data source that the tracker was given', async () => {
    const sold = await order();
    const convert = (manager: EntityManager) => conversions.convert('acme', sold, { manager });
    await expect(convert(host.manager)).rejects.toMatchObject({ code: 'no_transaction', message: /await/ });
    let over: EntityManager | undefined;
    await host.transaction(async (manager) => {
      over = manager;
    });
    await expect(convert(over as EntityManager)).rejects.toMatchObject({ code: 'no_transaction' });
    const another = await new DataSource({
      ...hostOptions(database, 1),
      entities: [Order],
    } as DataSourceOptions).initialize();
    await expect(another.transaction(convert)).rejects.toMatchObject({ code: 'another_data_source' });
    await another.destroy();
  });
});
