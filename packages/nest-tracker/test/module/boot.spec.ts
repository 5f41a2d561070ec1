import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { TrackerModule, type TrackerModuleExtras, type TrackerOptions } from '../../src/index.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { ADAPTERS, ADMIN_TOKEN, type Adapter, createAdapter } from '../support/start-tracker.js';

type Options = TrackerOptions & TrackerModuleExtras;

const QUIET: NestApplicationOptions = { logger: false, abortOnError: false };

let database: TestDatabase;
let app: INestApplication | undefined;
beforeEach(async () => {
  database = await createSqliteDatabase();
});
afterEach(async () => {
  await app?.close().catch(() => undefined);
  app = undefined;
  await database.drop();
});

/** What an application that does not start says. */
async function failure(start: () => Promise<unknown>): Promise<string> {
  return start().then(
    () => 'it started',
    (error: Error) => error.message,
  );
}

/** Starts an application as a host does. */
async function boot(
  options: Options,
  adapter: Adapter = 'Fastify',
  settings: NestApplicationOptions = { rawBody: true },
) {
  app = await NestFactory.create(TrackerModule.forRoot(options), createAdapter(adapter), { ...QUIET, ...settings });
  await app.init();
}

describe.each(ADAPTERS)('an application with %s', (adapter) => {
  const options = () => ({ database: database.options, adminToken: ADMIN_TOKEN });

  it.each([
    ['without rawBody', {}],
    ['with rawBody: false', { rawBody: false }],
    ['without body parsers', { rawBody: true, bodyParser: false }],
  ])('does not start %s, and says how to mend it', async (_, settings) => {
    const message = await failure(() => boot(options(), adapter, settings));
    expect(message).toContain('rawBody: true');
    expect(message).toContain('NestFactory.create');
  });

  it('starts with rawBody', async () => {
    await boot(options(), adapter);
    expect(app).toBeDefined();
  });

  it('is checked under Nest’s testing module as well', async () => {
    const start = async (settings: NestApplicationOptions) => {
      const module = await Test.createTestingModule({ imports: [TrackerModule.forRoot(options())] }).compile();
      app = module.createNestApplication(createAdapter(adapter), { logger: false, ...settings });
      await app.init();
    };
    expect(await failure(() => start({}))).toContain('rawBody: true');
    await app?.close();
    expect(await failure(() => start({ rawBody: true }))).toBe('it started');
  });
});

describe('the protection of the management routes', () => {
  const environment = process.env.NODE_ENV;
  afterEach(() => {
    process.env.NODE_ENV = environment;
  });

  it.each(['production', 'staging', ''])('is required under NODE_ENV=%s', async (name) => {
    process.env.NODE_ENV = name;
    const message = await failure(() => boot({ database: database.options }));
    expect(message).toContain('adminToken');
    expect(message).toContain('guard');
  });

  it.each(['test', 'development'])('may be left away under NODE_ENV=%s', async (name) => {
    process.env.NODE_ENV = name;
    expect(await failure(() => boot({ database: database.options }))).toBe('it started');
  });

  it('is satisfied by a guard of the host', async () => {
    process.env.NODE_ENV = 'production';
    const guard = { canActivate: () => true };
    expect(await failure(() => boot({ database: database.options, guard }))).toBe('it started');
  });

  it('is not satisfied by an empty token', async () => {
    process.env.NODE_ENV = 'production';
    expect(await failure(() => boot({ database: database.options, adminToken: '' }))).toContain('unprotected');
  });
});

describe('the database of the module', () => {
  it('is asked for when there is none', async () => {
    const message = await failure(() => boot({ adminToken: ADMIN_TOKEN }));
    for (const way of ['database: { type: "sqlite"', 'dataSource', 'TypeOrmModule.forRoot()']) {
      expect(message).toContain(way);
    }
  });

  it('is refused when it does not know our entities', async () => {
    const dataSource = new DataSource({ type: 'postgres', url: 'postgres://127.0.0.1:1/none', entities: [] });
    const message = await failure(() => boot({ adminToken: ADMIN_TOKEN, dataSource }));
    expect(message).toContain('entities: [...trackerEntities');
  });

  it('says so when it cannot be reached', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    const message = await failure(() => boot({ adminToken: ADMIN_TOKEN, database: { type: 'postgres', url } }));
    expect(message).toContain('ECONNREFUSED');
  });

  it('is made with its folder when it is a file that is not there', async () => {
    const { path } = database.options as { path: string };
    const deep = `${path}-folder/deep/tracker.db`;
    expect(await failure(() => boot({ adminToken: ADMIN_TOKEN, database: { type: 'sqlite', path: deep } }))).toBe(
      'it started',
    );
  });

  it('may live in memory', async () => {
    const memory = { type: 'sqlite', path: ':memory:' } as const;
    expect(
      await failure(() => boot({ adminToken: ADMIN_TOKEN, database: memory, seed: { partners: [{ key: 'p' }] } })),
    ).toBe('it started');
  });
});
