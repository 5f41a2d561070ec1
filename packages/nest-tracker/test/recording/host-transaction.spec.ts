import { describe, expect, it, jest } from '@jest/globals';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { InboundPostback, type Intake, type IntakeResult } from '../../src/index.js';
import { DATABASES } from '../support/databases.js';
import { hostOptions, Order, UNDONE } from '../support/host-orders.js';
import { hostShop, POOL, type Sold } from '../support/host-shop.js';
import { intakesOf } from '../support/intakes.js';
import { report, unique } from '../support/messages.js';
import { untilWaiting } from '../support/until-waiting.js';

const outcome = (result: IntakeResult) => (result.accepted ? result.outcome : result.refusal.reason);

describe.each(DATABASES)('a transaction of the host’s on $database', ({ database: name, createDatabase }) => {
  const shop = hostShop(createDatabase);
  const { order, sell, rolledBack, left, sums, heard, toldOf, verified } = shop;

  it('holds the order and its conversion: committed, everything that belongs to it is there and everybody told', async () => {
    const sold = await order();
    const before = await sums();
    await shop.host.transaction(async (manager) => {
      const result = await sell(manager, sold);
      expect(result).toMatchObject({ accepted: true, outcome: 'recorded', conversion: { payout: 500n } });
      expect(outcome(await shop.conversions.convert('acme', sold, { manager }))).toBe('duplicate');
      await new Promise(setImmediate);
      expect(await left(sold)).toEqual([0, 0, 0, 0]);
      expect([shop.seen, heard(sold)]).toEqual([[], []]);
    });
    expect(await left(sold)).toEqual([1, 1, 1, 2]);
    expect(await sums()).toBeGreaterThan(before);
    expect(await toldOf(1)).toEqual([['recorded', sold.transactionId]]);
    await shop.partner.heard(2, ({ target, body }) => `${target}${body}`.includes(sold.transactionId));
    expect(heard(sold).sort()).toEqual(['/partner', '/webhook']);
    expect(await verified()).toBe(0);
  });

  it('takes refunds and several messages, too', async () => {
    const sold = await order();
    const intake = await intakesOf(shop.tracker);
    const { transactionId } = sold;
    await shop.host.transaction(async (manager) => {
      await sell(manager, sold);
      const many = [intake(sold), intake({ transactionId: unique() })].map((one) => ({ intake: one }));
      const results = await shop.conversions.recordAll(many, { manager });
      expect(results.map(outcome)).toEqual(['duplicate', 'unattributed']);
    });
    const refund = await shop.host.transaction((manager) =>
      shop.conversions.update('acme', { transactionId, status: 'refunded' }, { manager }),
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
    expect((await report(shop.tracker, sold)).body).toMatchObject({ outcome: 'recorded' });
    expect(await toldOf(1)).toEqual([['recorded', sold.transactionId]]);
    expect(await left(sold)).toEqual([0, 1, 1, 2]);
    expect(await verified()).toBe(0);
  });

  it('may roll back a part of itself, of which nobody hears', async () => {
    const [kept, dropped] = [await order(), await order()];
    await shop.host.transaction(async (manager) => {
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
    const intake = await intakesOf(shop.tracker);
    const alongside = () => Object.assign(new InboundPostback(), { id: 'x'.repeat(26), method: null });
    await shop.host.transaction(async (manager) => {
      await manager.insert(Order, { id: sold.transactionId, total: sold.revenue });
      await expect(shop.conversions.record(intake(sold), { alongside, manager })).rejects.toThrow(/null/i);
      expect(outcome(await shop.conversions.convert('nobody', sold, { manager }))).toBe('unknown_advertiser');
      const wrong = await shop.conversions.convert('acme', { ...sold, revenue: '50.001' }, { manager });
      expect(wrong).toMatchObject({ accepted: false, refusal: { reason: 'invalid_field', field: 'revenue' } });
    });
    expect(await left(sold)).toEqual([1, 0, 0, 0]);
  });

  it('keeps what the host writes meanwhile, also when the conversion needs a second attempt', async () => {
    // The first one under a cap finds that nobody counts yet, undoes what it did, and runs again.
    const sold = await order('counted');
    const written: string[] = [];
    await shop.host.transaction(async (manager) => {
      let recorded: IntakeResult | undefined;
      const recording = shop.conversions.convert('acme', sold, { manager }).then((result) => {
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
    const kept = await shop.database.query("SELECT id FROM host_orders WHERE id LIKE 'meanwhile%'");
    expect(kept.map(({ id }) => id).sort()).toEqual(written.sort());
  });

  it('takes the place of a cap, and gives it back when it is rolled back', async () => {
    const [first, second] = [await order('capped'), await order('capped')];
    const both = async (manager: EntityManager) => {
      expect(outcome(await sell(manager, first))).toBe('recorded');
      expect(outcome(await sell(manager, second))).toBe('cap_reached');
    };
    await rolledBack(both);
    await shop.host.transaction(both);
    expect((await report(shop.tracker, second)).body).toMatchObject({ reason: 'cap_reached' });
  });

  it.each(['committed', 'rolled back'])(
    'decides what becomes of a copy that comes over HTTP meanwhile, by being %s',
    async (end) => {
      const sold = await order();
      const other = await order();
      let copies: Promise<unknown[]> | undefined;
      const work = async (manager: EntityManager) => {
        await sell(manager, sold);
        copies = Promise.all([report(shop.tracker, sold), report(shop.tracker, other)]).then((all) =>
          all.map(({ body }) => body.outcome),
        );
        await untilItWaits();
      };
      await (end === 'committed' ? shop.host.transaction(work) : rolledBack(work));
      expect(await copies).toEqual([end === 'committed' ? 'duplicate' : 'recorded', 'recorded']);
      expect((await left(sold)).slice(1)).toEqual([1, 1, 2]);
      expect(await verified()).toBe(0);
    },
  );

  /** Until the tracker waits for the host: by the server's own word, or, on SQLite, because nobody else may write. */
  const untilItWaits = async () => {
    if (name === 'PostgreSQL') await untilWaiting(shop.database);
    else await new Promise(setImmediate);
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
      await shop.host.transaction(async (manager) => {
        await manager.insert(Order, { id: sold.transactionId, total: sold.revenue });
        const inside = shop.conversions.convert('acme', sold).finally(() => clock.mockRestore());
        await expect(inside).rejects.toMatchObject({ code: 'host_transaction_open', message: /30 s.*\{ manager \}/ });
      });
      expect(await left(sold)).toEqual([1, 0, 0, 0]);
      expect(outcome(await shop.conversions.convert('acme', next))).toBe('recorded');
      expect((await report(shop.tracker, sold)).body).toMatchObject({ outcome: 'recorded' });
    });
  }

  if (name === 'PostgreSQL') {
    it.each(['committed', 'rolled back'])('waits for a copy in another one, and sees that it was %s', async (end) => {
      const sold = await order();
      let copy: Promise<string> | undefined;
      const work = async (manager: EntityManager) => {
        await shop.conversions.convert('acme', sold, { manager });
        copy = shop.host.transaction(async (another) =>
          outcome(await shop.conversions.convert('acme', sold, { manager: another })),
        );
        await untilItWaits();
      };
      await (end === 'committed' ? shop.host.transaction(work) : rolledBack(work));
      expect(await copy).toBe(end === 'committed' ? 'duplicate' : 'recorded');
      expect((await left(sold)).slice(1)).toEqual([1, 1, 2]);
    });

    it('needs no second connection, even when others hold all of them and the catalog is old', async () => {
      const orders = await Promise.all(Array.from({ length: POOL }, () => order()));
      let begun = 0;
      const work = async (sold: Sold) =>
        shop.host.transaction(async (manager) => {
          begun++;
          while (begun < POOL) await new Promise(setImmediate);
          shop.clock.later = 60_000;
          return outcome(await sell(manager, sold));
        });
      expect(await Promise.all(orders.map(work))).toEqual(Array(POOL).fill('recorded'));
      expect(await verified()).toBe(0);
    });

    it('is told of after those that were committed before it, also when less is to be looked up for it', async () => {
      const intake = await intakesOf(shop.tracker);
      const wanted: string[] = [];
      for (let n = 0; n < 10; n++) {
        const sold = await order();
        const [first, second] = [shop.host.createQueryRunner(), shop.host.createQueryRunner()];
        await Promise.all([first.startTransaction(), second.startTransaction()]);
        await sell(first.manager, sold);
        const strays = [unique(), unique()].map((transactionId) => intake({ transactionId }));
        await shop.conversions.record(strays[0] as Intake, { manager: first.manager });
        await shop.conversions.record(strays[1] as Intake, { manager: second.manager });
        await first.commitTransaction();
        await second.commitTransaction();
        await Promise.all([first.release(), second.release()]);
        wanted.push(sold.transactionId, ...strays.map(({ message }) => message.data.transactionId as string));
      }
      expect((await toldOf(wanted.length)).map(([, transactionId]) => transactionId)).toEqual(wanted);
    });

    it('has to see what others commit while it waits', async () => {
      const sold = await order();
      const strict = shop.host.transaction('REPEATABLE READ', (manager) =>
        shop.conversions.convert('acme', sold, { manager }),
      );
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
        results.push(outcome(await shop.host.transaction((manager) => sell(manager, sold))));
      }
      return results;
    };
    const lines = name === 'SQLite' ? [0] : [0, 1, 2, 3, 4, 5];
    const [sales, copies] = await Promise.all([
      Promise.all(lines.map(inTransactions)).then((all) => all.flat()),
      Promise.all(orders.map(async (sold) => (await report(shop.tracker, sold)).body)),
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
    const convert = (manager: EntityManager) => shop.conversions.convert('acme', sold, { manager });
    await expect(convert(shop.host.manager)).rejects.toMatchObject({ code: 'no_transaction', message: /await/ });
    let over: EntityManager | undefined;
    await shop.host.transaction(async (manager) => {
      over = manager;
    });
    await expect(convert(over as EntityManager)).rejects.toMatchObject({ code: 'no_transaction' });
    const another = await new DataSource({
      ...hostOptions(shop.database, 1),
      entities: [Order],
    } as DataSourceOptions).initialize();
    await expect(another.transaction(convert)).rejects.toMatchObject({ code: 'another_data_source' });
    await another.destroy();
  });
});
