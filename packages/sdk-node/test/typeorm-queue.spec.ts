import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { ConfigurationError } from '../src/errors.js';
import type { Queue } from '../src/queue/queue.js';
import { QUEUE_MIGRATIONS_TABLE, queueEntities, queueMigrations, typeormQueue } from '../src/typeorm.js';
import { type DatabaseKind, databases } from './support/databases.js';
import { deferredQueue } from './support/deferred-queue.js';
import { message } from './support/messages.js';
import { queueContract } from './support/queue-contract.js';
import { queueHandsContract } from './support/queue-hands-contract.js';
import { queueRecallContract } from './support/queue-recall-contract.js';

const run = promisify(execFile);
const claim = (queue: Queue, limit = 100) => queue.claim({ destination: 'house', limit, leaseMs: 1_000, now: 2_000 });

const [sqlite, postgres] = databases() as [DatabaseKind, DatabaseKind];

for (const { name, create } of [sqlite, postgres]) {
  const fresh = () => deferredQueue(create().then(async (database) => typeormQueue(await database.connect())));
  queueContract(`typeormQueue on ${name}`, fresh);
  queueHandsContract(`typeormQueue on ${name}`, fresh);
  queueRecallContract(`typeormQueue on ${name}`, fresh);

  describe(`typeormQueue on ${name}`, () => {
    it("delivers what was stored in the caller's transaction once that is committed, and wakes at once", async () => {
      const dataSource = await (await create()).connect();
      const queue = typeormQueue(dataSource);
      await queue.open();
      const woken: string[] = [];
      queue.watch(() => woken.push('woken'));
      const stored = message();
      await dataSource.transaction(async (manager) => {
        await manager.query('CREATE TABLE host_order (id integer)');
        await manager.query('INSERT INTO host_order VALUES (1)');
        expect(await queue.enqueue(stored, manager)).toEqual({ stored: true, joined: true });
        // A transaction within the transaction: its end is not yet the end.
        await manager.transaction((inner) => inner.query('INSERT INTO host_order VALUES (2)'));
        expect(woken).toEqual([]);
      });
      expect(woken).toEqual(['woken']);
      expect(await claim(queue)).toMatchObject([{ id: stored.deliveries[0]?.id, body: stored.deliveries[0]?.body }]);
    });

    it("forgets what was stored in the caller's transaction when that is rolled back, identity included", async () => {
      const dataSource = await (await create()).connect();
      const queue = typeormQueue(dataSource);
      await queue.open();
      const woken: string[] = [];
      queue.watch(() => woken.push('woken'));
      const lost = message();
      const order = dataSource.transaction(async (manager) => {
        await queue.enqueue(lost, manager);
        throw new Error('card declined');
      });
      await expect(order).rejects.toThrow('card declined');
      expect(woken).toEqual([]);
      expect(await claim(queue)).toEqual([]);
      expect(await queue.enqueue(message({ transactionId: lost.transactionId }))).toEqual({ stored: true });
    });

    it('shows no delivery before the commit, to this process or another', async () => {
      const database = await create();
      const dataSource = await database.connect();
      const queue = typeormQueue(dataSource);
      const other = typeormQueue(await database.connect());
      await Promise.all([queue.open(), other.open()]);
      let waiting: Promise<unknown[][]> | undefined;
      await dataSource.transaction(async (manager) => {
        await queue.enqueue(message(), manager);
        expect(await other.counts(['house'])).toMatchObject({ pending: 0 });
        const claims = Promise.all([claim(queue), claim(other)]);
        // SQLite has one writer: there the claims wait for the end of the transaction.
        if (name === 'SQLite') waiting = claims;
        else expect(await claims).toEqual([[], []]);
      });
      waiting ??= Promise.all([claim(queue), claim(other)]);
      expect((await waiting).flat()).toHaveLength(1);
    });

    it('takes a manager without an open transaction like none', async () => {
      const dataSource = await (await create()).connect();
      const queue = typeormQueue(dataSource);
      await queue.enqueue(message(), dataSource.manager);
      expect(await claim(queue)).toHaveLength(1);
    });

    it('refuses a manager of another data source, where the conversion would never be found', async () => {
      const [ours, theirs] = await Promise.all([create(), create()]);
      const queue = typeormQueue(await ours.connect());
      await queue.open();
      const other = await theirs.connect();
      const order = other.transaction((manager) => queue.enqueue(message(), manager));
      await expect(order).rejects.toMatchObject({ code: 'configuration_invalid', option: 'manager' });
    });

    it('answers a duplicate within the transaction with the first', async () => {
      const dataSource = await (await create()).connect();
      const queue = typeormQueue(dataSource);
      const first = message();
      await queue.enqueue(first);
      const again = message({ transactionId: first.transactionId });
      const result = await dataSource.transaction((manager) => queue.enqueue(again, manager));
      expect(result).toMatchObject({ stored: false, first: { id: first.id } });
      expect(await claim(queue)).toHaveLength(1);
    });

    it('gives a delivery to one of many claims, whoever asks', async () => {
      const database = await create();
      const queues = await Promise.all([1, 2, 3].map(async () => typeormQueue(await database.connect())));
      const [first] = queues as unknown as [Queue];
      await Promise.all(Array.from({ length: 60 }, () => first.enqueue(message())));
      const claims = await Promise.all([...queues, ...queues].map((queue) => claim(queue, 10)));
      const rest = await claim(first);
      const ids = [...claims.flat(), ...rest].map(({ id }) => id);
      expect(ids).toHaveLength(60);
      expect(new Set(ids).size).toBe(60);
    });

    it('reaches what is due behind more waiting rows than one claim takes', async () => {
      const queue = typeormQueue(await (await create()).connect());
      await queue.enqueue(message({ transactionId: 'long' }));
      for (let n = 0; n < 12; n += 1) await queue.enqueue(message({ transactionId: 'long', kind: 'updated' }));
      const last = message();
      await queue.enqueue(last);
      const claimed = await claim(queue, 2);
      expect(claimed).toHaveLength(2);
      expect(claimed[1]?.id).toBe(last.deliveries[0]?.id);
    });

    it('keeps the order of a chain while claims, settlements and new messages overlap', async () => {
      const database = await create();
      const queues = await Promise.all([1, 2].map(async () => typeormQueue(await database.connect())));
      const seen: string[] = [];
      const total = 40;
      const produce = async () => {
        for (let n = 0; n < total; n += 1) {
          const kind = n === 0 ? 'created' : 'updated';
          const deliveries = [{ id: `chain-${n}`, destination: 'house', body: String(n) }];
          await queues[n % 2]?.enqueue(message({ transactionId: 'chain', kind, deliveries }));
        }
      };
      const consume = async (queue: Queue) => {
        while (seen.length < total) {
          const claimed = await claim(queue);
          seen.push(...claimed.map(({ body }) => body));
          const settled = claimed.map(({ seq, id, fence }) => ({ seq, id, fence, outcome: 'delivered' as const }));
          if (settled.length > 0) await queue.settle(settled);
        }
      };
      await Promise.all([produce(), ...queues.map(consume)]);
      expect(seen).toEqual(Array.from({ length: total }, (_, n) => String(n)));
    });

    it('stores any answer, even one with NUL characters', async () => {
      const queue = typeormQueue(await (await create()).connect());
      await queue.enqueue(message());
      const [held] = await claim(queue);
      const { seq, id, fence } = held as { seq: number; id: string; fence: number };
      expect(await queue.settle([{ seq, id, fence, outcome: 'dead', answer: 'a\0b' }])).toEqual([true]);
      expect((await queue.list({ state: 'dead', limit: 1 })).items).toMatchObject([{ answer: 'ab' }]);
    });

    it('lets one message that cannot be stored fail alone', async () => {
      const queue = typeormQueue(await (await create()).connect());
      const faulty = message({ deliveries: [{ id: 'x', destination: 'house', body: null as unknown as string }] });
      const results = await Promise.allSettled([message(), faulty, message()].map((one) => queue.enqueue(one)));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: { code: 'queue_unavailable' } });
      expect(await queue.enqueue(message({ transactionId: faulty.transactionId }))).toEqual({ stored: true });
    });

    it('rejects at once while the data source is not initialized, and works when it is', async () => {
      const { options } = await create();
      const dataSource = new DataSource(options);
      const queue = typeormQueue(dataSource);
      await expect(queue.enqueue(message())).rejects.toMatchObject({ code: 'queue_unavailable' });
      await dataSource.initialize();
      expect(await queue.enqueue(message())).toEqual({ stored: true });
      await queue.close();
      expect(dataSource.isInitialized).toBe(true);
      await dataSource.destroy();
    });

    it('makes exactly the schema of its entities, with a history of its own', async () => {
      const dataSource = await (await create()).connect({ entities: queueEntities });
      await typeormQueue(dataSource).open();
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries).toEqual([]);
      const rows = await dataSource.query(`SELECT "name" FROM ${QUEUE_MIGRATIONS_TABLE}`);
      expect(rows).toEqual(queueMigrations.map((Migration) => ({ name: new Migration().name })));
    });

    it("leaves the migrations to a host that lists them, and takes the host's prefix", async () => {
      const dataSource = await (await create()).connect({
        entities: queueEntities,
        entityPrefix: 'shop_',
        migrations: queueMigrations,
        migrationsTableName: 'history',
      });
      await dataSource.runMigrations();
      const queue = typeormQueue(dataSource, { migrate: false });
      await queue.enqueue(message());
      expect(await dataSource.getRepository('TallybackQueueDelivery').count()).toBe(1);
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries).toEqual([]);
      await dataSource.undoLastMigration();
      await expect(claim(queue)).rejects.toMatchObject({ code: 'queue_unavailable' });
    });
  });
}

describe('typeormQueue', () => {
  it('refuses a data source that it cannot work with', () => {
    const mysql = { options: { type: 'mysql' } } as DataSource;
    expect(() => typeormQueue(mysql)).toThrow(ConfigurationError);
    expect(() => typeormQueue(undefined as unknown as DataSource)).toThrow(/dataSource/);
  });

  it('says what to do when convert() without the manager would wait for its own transaction on SQLite', async () => {
    const dataSource = await (await sqlite.create()).connect();
    const queue = typeormQueue(dataSource, { lockTimeoutMs: 50 });
    await queue.open();
    await dataSource.transaction(async () => {
      await expect(queue.enqueue(message())).rejects.toThrow(/pass \{ manager \}/);
    });
    expect(await queue.enqueue(message())).toEqual({ stored: true });
  });

  it('rejects what still waits when the host destroys its data source, and works when that is initialized anew', async () => {
    const dataSource = await (await sqlite.create()).connect();
    const queue = typeormQueue(dataSource);
    await queue.open();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const waiting = Promise.allSettled([queue.enqueue(message()), claim(queue)]);
    await dataSource.destroy();
    for (const result of await waiting) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'queue_unavailable' } });
    }
    await dataSource.initialize();
    expect(await queue.enqueue(message())).toEqual({ stored: true });
  });

  it('rejects while PostgreSQL cuts its connections, then goes on by itself', async () => {
    const database = await postgres.create();
    const queue = typeormQueue(await database.connect());
    const admin = await database.connect();
    const stored = [message()];
    await Promise.all(stored.map((one) => queue.enqueue(one)));
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    // Each connection of the pool may have to fail once.
    for (let tries = 0; stored.length < 3 && tries < 20; tries += 1) {
      const next = message();
      const [result] = await Promise.allSettled([queue.enqueue(next)]);
      if (result.status === 'fulfilled') stored.push(next);
      else expect(result.reason).toMatchObject({ code: 'queue_unavailable' });
    }
    const ids = stored.map(({ deliveries }) => deliveries[0]?.id);
    expect((await claim(queue)).map(({ id }) => id)).toEqual(ids);
    expect(ids).toHaveLength(3);
  });

  it('undoes a whole batch of settlements when PostgreSQL is cut off amid it', async () => {
    const database = await postgres.create();
    const queue = typeormQueue(await database.connect());
    const admin = await database.connect();
    await queue.enqueue(message());
    const [held] = await claim(queue);
    const delivered = [{ ...(held as NonNullable<typeof held>), outcome: 'delivered' as const }];
    // Holds the row, so that the settlement is in the middle of its transaction when its connection dies.
    const blocker = admin.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('SELECT id FROM tallyback_queue_deliveries FOR UPDATE');
    const settling = Promise.allSettled([queue.settle(delivered)]);
    const waiting = `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await admin.query(waiting)).length === 0);
    expect((await settling)[0]).toMatchObject({ status: 'rejected', reason: { code: 'queue_unavailable' } });
    await blocker.rollbackTransaction();
    await blocker.release();
    expect(await queue.counts(['house'])).toEqual({ pending: 0, inFlight: 1, dead: 0 });
    expect(await queue.settle(delivered)).toEqual([true]);
  });

  it('prepares one SQLite file from several processes at once', async () => {
    const { address } = await sqlite.create();
    const child = join(__dirname, 'children', 'typeorm-migrate.mjs');
    const outputs = await Promise.all([1, 2, 3].map(() => run(process.execPath, [child, address])));
    expect(outputs.map(({ stdout }) => stdout)).toEqual(['ready', 'ready', 'ready']);
  }, 60_000);
});
