import { describe, expect, it } from '@jest/globals';
import { template } from '../src/destinations.js';
import { typeormQueue } from '../src/typeorm.js';
import { type DatabaseKind, databases } from './support/databases.js';
import { CLICK_ID } from './support/deliver.js';
import { message } from './support/messages.js';
import { house, shops } from './support/shop.js';
import { sinks } from './support/sink.js';

const [sqlite, postgres] = databases() as [DatabaseKind, DatabaseKind];
const shop = shops();
const sink = sinks();

describe.each([sqlite, postgres])('convert() with a manager on $name', ({ create }) => {
  it('hands the work over at once when the manager has no transaction open, else after the commit', async () => {
    const dataSource = await (await create()).connect();
    const works: Promise<void>[] = [];
    const waitUntil = (work: Promise<void>) => void works.push(work);
    const destinations = { house: house((await sink()).url) };
    const tallyback = shop({ queue: typeormQueue(dataSource), inline: true, waitUntil, destinations });
    await tallyback.convert({ transactionId: 'A-1' }, { manager: dataSource.manager });
    expect(works).toHaveLength(1);
    // On SQLite the queue works on the same connection, between transactions.
    await works[0];
    await dataSource.transaction(async (manager) => {
      await tallyback.convert({ transactionId: 'A-2' }, { manager });
      expect(works).toHaveLength(1);
    });
    expect(works).toHaveLength(2);
    await works[1];
    await tallyback.close();
  });
});

describe.each([sqlite, postgres])('update() with a manager on $name', ({ create }) => {
  it('knows the click of a conversion that the same transaction has stored', async () => {
    const dataSource = await (await create()).connect();
    const server = await sink((response) => response.end('OK'));
    const destinations = { partner: template(`${server.url}/pb?id={clickid}&s={status}`) };
    const tallyback = shop({ queue: typeormQueue(dataSource), destinations });
    await tallyback.start();
    await dataSource.transaction(async (manager) => {
      await tallyback.convert({ transactionId: 'A-1', clickId: CLICK_ID, status: 'pending' }, { manager });
      await tallyback.update({ transactionId: 'A-1', status: 'approved' }, { manager });
    });
    expect(await tallyback.flush()).toEqual({ delivered: 2, pending: 0, dead: 0 });
    expect(server.received.map(({ path }) => path)).toEqual([
      `/pb?id=${CLICK_ID}&s=pending`,
      `/pb?id=${CLICK_ID}&s=approved`,
    ]);
    await tallyback.close();
  });
});

describe('update() without a manager on PostgreSQL', () => {
  it('knows the click of a conversion whose transaction is open when it is called, and committed soon', async () => {
    const dataSource = await (await postgres.create()).connect();
    const server = await sink((response) => response.end('OK'));
    const destinations = { partner: template(`${server.url}/pb?id={clickid}&s={status}`) };
    const tallyback = shop({ queue: typeormQueue(dataSource), destinations });
    await tallyback.start();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const order = { transactionId: 'A-1', clickId: CLICK_ID, status: 'pending' } as const;
    await tallyback.convert(order, { manager: runner.manager });
    const updating = tallyback.update({ transactionId: 'A-1', status: 'approved' });
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await dataSource.query<unknown[]>(waiting)).length === 0);
    await runner.commitTransaction();
    await runner.release();
    await updating;
    expect(await tallyback.flush()).toEqual({ delivered: 2, pending: 0, dead: 0 });
    expect(server.received.map(({ path }) => path).at(-1)).toBe(`/pb?id=${CLICK_ID}&s=approved`);
    await tallyback.close();
  });
});

describe('typeormQueue on PostgreSQL', () => {
  it("waits a bounded time for the caller's own transaction, and says how to join it", async () => {
    const dataSource = await (await postgres.create()).connect();
    const queue = typeormQueue(dataSource, { lockTimeoutMs: 50 });
    await queue.open();
    const purchase = message();
    const refund = message({ transactionId: purchase.transactionId, kind: 'updated' });
    await dataSource.transaction(async (manager) => {
      await manager.query("SET LOCAL lock_timeout = '7s'");
      await queue.enqueue(purchase, manager);
      await expect(queue.enqueue(refund)).rejects.toMatchObject({
        code: 'queue_unavailable',
        message: expect.stringMatching(/more than 50 ms; inside one of your own, pass \{ manager \}/),
      });
      // The caller's own limit is the caller's.
      expect(await manager.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '7s' }]);
    });
    expect(await queue.enqueue(refund)).toEqual({ stored: true });
    const claimed = await queue.claim({ destination: 'house', limit: 10, leaseMs: 1_000, now: 2_000 });
    expect(claimed.map(({ id }) => id)).toEqual([purchase.deliveries[0]?.id]);
    await queue.close();
  });
});
