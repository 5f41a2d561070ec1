import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import libsql from 'libsql';
import { Column, DataSource, type DataSourceOptions, Entity, PrimaryGeneratedColumn } from 'typeorm';
import {
  CatalogService,
  ConversionsService,
  TrackerModule,
  type TrackerModuleExtras,
  type TrackerOptions,
  trackerEntities,
} from '../../src/index.js';
import { CATALOG } from '../support/catalog.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { click, manage } from '../support/requests.js';
import { ADMIN_TOKEN, startTracker, type Tracker } from '../support/start-tracker.js';

@Entity('host_orders')
class Order {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar' }) reference: string;
}

const SETTINGS = { adminToken: ADMIN_TOKEN, seed: CATALOG };

function hostOptions({ options }: TestDatabase): DataSourceOptions {
  const entities = [Order, ...trackerEntities];
  return options.type === 'postgres'
    ? { type: 'postgres', url: options.url, entities }
    : { type: 'better-sqlite3', driver: libsql, database: options.path, enableWAL: true, entities };
}

describe.each(DATABASES)('a host with its own data source on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tracker: Tracker;
  beforeEach(async () => {
    database = await createDatabase();
    dataSource = await new DataSource(hostOptions(database)).initialize();
    tracker = await startTracker({ database, options: { database: undefined, dataSource } });
    const id = database.options.type === 'postgres' ? 'serial' : 'integer';
    await database.query(`CREATE TABLE host_orders (id ${id} PRIMARY KEY, reference varchar NOT NULL)`);
  });
  afterEach(async () => {
    await tracker?.close();
    expect(dataSource.isInitialized).toBe(true);
    await dataSource.destroy();
    await database.drop();
  });

  /** A transaction of the host's that takes a few turns of the event loop and is then rolled back. */
  const rolledBack = (reference: string) =>
    dataSource
      .transaction(async (manager) => {
        await manager.save(Order, { reference });
        for (let i = 0; i < 5; i++) await new Promise(setImmediate);
        throw new Error('rolled back');
      })
      .catch((error: Error) => expect(error.message).toBe('rolled back'));

  it('loses no click and no conversion while transactions of its own are rolled back', async () => {
    const clickIds: string[] = [];
    const transactions: string[] = [];
    let busy = true;
    const host = (async () => {
      while (busy) {
        await rolledBack(unique('order'));
        await new Promise(setImmediate);
      }
    })();
    for (let round = 0; round < 10; round++) {
      const ids = await Promise.all(Array.from({ length: 10 }, () => click(tracker, 'boots')));
      clickIds.push(...ids);
      const orders = ids.slice(0, 3).map((clickId) => ({ clickId, transactionId: unique() }));
      const answers = await Promise.all(orders.map((order) => report(tracker, order)));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      transactions.push(...orders.map(({ transactionId }) => transactionId));
    }
    busy = false;
    await host;
    const clicks = await database.query('SELECT id FROM tallyback_clicks');
    expect(new Set(clicks.map(({ id }) => id))).toEqual(new Set(clickIds));
    const conversions = await database.query('SELECT transaction_id FROM tallyback_conversions');
    expect(new Set(conversions.map((row) => row.transaction_id))).toEqual(new Set(transactions));
    expect(await database.query('SELECT * FROM host_orders')).toEqual([]);
  });

  it('loses no conversion when a transaction of its own begins while one is recorded', async () => {
    const conversions = tracker.get(ConversionsService);
    const advertiser = (await tracker.get(CatalogService).snapshot()).advertisersByKey.get('acme');
    if (!advertiser) throw new Error('The catalog has no acme.');
    const clickId = await click(tracker, 'boots');
    // The host begins so many steps of the micro-task queue after the tracker.
    for (let steps = 0; steps < 120; steps += 3) {
      const transactionId = unique();
      const data = { clickId, transactionId, event: 'purchase' };
      const host = (async () => {
        for (let i = 0; i < steps; i++) await null;
        await dataSource
          .transaction(async (manager) => {
            await manager.query('SELECT 1');
            await new Promise(setImmediate);
            throw new Error('rolled back');
          })
          .catch((error: Error) => expect(error.message).toBe('rolled back'));
      })();
      const result = await conversions.record({
        advertiser,
        message: { type: 'conversion.created', timestamp: new Date().toISOString(), data },
        sender: { method: 'signature', signed: true },
      });
      await host;
      expect(result).toMatchObject({ accepted: true, outcome: 'recorded' });
      const stored = 'SELECT 1 FROM tallyback_conversions WHERE transaction_id = $1';
      expect(await database.query(stored, [transactionId])).toHaveLength(1);
    }
  });

  it('keeps its own committed rows beside the tracker’s', async () => {
    await Promise.all([
      dataSource.transaction((manager) => manager.save(Order, { reference: 'kept' })),
      click(tracker, 'boots'),
    ]);
    expect(await database.query('SELECT reference FROM host_orders')).toEqual([{ reference: 'kept' }]);
  });
});

describe.each(DATABASES)('the TypeORM module of a host on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  let app: INestApplication;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function start(typeorm: object, options: Partial<TrackerOptions & TrackerModuleExtras>) {
    @Module({
      imports: [
        TypeOrmModule.forRoot({ ...hostOptions(database), ...typeorm }),
        TrackerModule.forRoot({ ...SETTINGS, ...options }),
      ],
    })
    class HostModule {}
    app = await NestFactory.create(HostModule, new FastifyAdapter(), {
      rawBody: true,
      logger: false,
      abortOnError: false,
    });
    await app.listen(0, '127.0.0.1');
    return { url: (await app.getUrl()).replace(/\/$/, ''), app, database } as Tracker;
  }

  it.each([
    ['of no name', {}, {}],
    ['of a name', { name: 'tracking' }, { dataSourceName: 'tracking' }],
  ])('lends its data source %s', async (_, typeorm, options) => {
    const tracker = await start(typeorm, options);
    const clickId = await click(tracker, 'boots');
    expect((await report(tracker, { clickId, transactionId: unique() })).status).toBe(201);
    expect((await manage(tracker, '/v1/reports')).body.rows).toMatchObject([{ clicks: 1, conversions: 1 }]);
    expect(await database.query('SELECT id FROM tallyback_clicks')).toEqual([{ id: clickId }]);
  });
});
