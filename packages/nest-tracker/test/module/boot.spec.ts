import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { TrackerModule, type TrackerModuleExtras, type TrackerOptions, trackerEntities } from '../../src/index.js';
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

describe('an option', () => {
  const fails = (options: object) =>
    failure(() => boot({ adminToken: ADMIN_TOKEN, database: database.options, ...options } as Options));

  it.each([
    ['that is misspelt is refused with the one that was meant', { retentions: {} }, 'Did you mean "retention"?'],
    ['that is in no list is refused with the list', { colour: 'red' }, 'adminToken, clicksAheadOfMiddleware'],
    ['of an option is looked at as well', { partnerPostbacks: { pauseafter: 5 } }, 'Did you mean "pauseAfter"?'],
    ['of the cookie is looked at as well', { firstPartyCookie: { name: 'a b' } }, 'firstPartyCookie.name'],
    [
      'that is a number is one',
      { signatureToleranceSeconds: Number.NaN },
      'signatureToleranceSeconds must be a number',
    ],
    ['for retries is a list', { partnerPostbacks: { retrySchedule: 'daily' } }, 'retrySchedule must be a list'],
    ['for privacy is one that we know', { keepIp: 'nothing' }, 'keepIp must be one of truncate, hash, none, full'],
    ['that ends up in a header fits into it', { referrerPolicy: 'origin\nx: y' }, 'referrerPolicy must be one of'],
    ['adminToken can be sent', { adminToken: 'two words' }, 'adminToken must be'],
    ['must be an absolute URL where one is asked for', { publicUrl: 'go.shop.example' }, 'absolute URL'],
    [
      'for click links makes no sense without routes',
      { controllers: false, clicksAheadOfMiddleware: true },
      'controllers: false',
    ],
    [
      'for messages makes no sense without routes',
      { controllers: false, messagesAheadOfMiddleware: true },
      'messagesAheadOfMiddleware',
    ],
    [
      'must not name two databases',
      { dataSource: new DataSource({ type: 'postgres', entities: [] }) },
      'both database and dataSource',
    ],
    ['database must be an object', { database: 'postgres://127.0.0.1/none' }, 'database is a string'],
    ['database must be of a type that we know', { database: { type: 'mysql' } }, 'database.type is "mysql"'],
    ['database must have a path', { database: { type: 'sqlite' } }, 'database.path is empty'],
    ['database must have an address', { database: { type: 'postgres', url: undefined } }, 'database.url is empty'],
    [
      'database must have one of PostgreSQL',
      { database: { type: 'postgres', url: 'mysql://me:s3cret@h/d' } },
      'postgres://',
    ],
  ])('%s', async (_, options, words) => {
    const message = await fails(options);
    expect(message).toContain(words);
    expect(message).not.toContain('s3cret');
  });

  it('that is decided before a factory runs is refused in what the factory returns', async () => {
    const useFactory = () => ({ adminToken: ADMIN_TOKEN, database: database.options, path: 'tracking' });
    const start = async () => {
      app = await NestFactory.create(TrackerModule.forRootAsync({ useFactory }), createAdapter('Fastify'), QUIET);
    };
    expect(await failure(start)).toContain('beside useFactory');
  });
});

describe('two modules in one application', () => {
  async function bootTwo(first: Partial<Options>, second: Partial<Options>) {
    const options = { adminToken: ADMIN_TOKEN, database: database.options };
    @Module({ imports: [TrackerModule.forRoot({ ...options, ...second })] })
    class FeatureModule {}
    @Module({ imports: [TrackerModule.forRoot({ ...options, ...first }), FeatureModule] })
    class HostModule {}
    app = await NestFactory.create(HostModule, createAdapter('Fastify'), { ...QUIET, rawBody: true });
    await app.init();
  }

  it.each([
    ['without a path', {}, {}],
    ['with paths of their own', { path: 'eu' }, { path: 'us' }],
  ])('are refused %s', async (_, first, second) => {
    const message = await failure(() => bootTwo(first, second));
    expect(message).toContain('registered 2 times');
    expect(message).toContain('isGlobal: true');
  });

  it('may be there when only one has routes', async () => {
    expect(await failure(() => bootTwo({}, { controllers: false }))).toBe('it started');
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

  it.each(['127.0.0.1', 'localhost'])('says so when it cannot be reached at %s, without the password', async (host) => {
    const url = `postgres://nobody:s3cret@${host}:1/none`;
    const message = await failure(() => boot({ adminToken: ADMIN_TOKEN, database: { type: 'postgres', url } }));
    expect(message).toContain(`PostgreSQL at ${host}:1/none as nobody: `);
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('s3cret');
  });

  it('says so when the file is none', async () => {
    const { path } = database.options as { path: string };
    const folder = { type: 'sqlite', path: dirname(path) } as const;
    expect(await failure(() => boot({ adminToken: ADMIN_TOKEN, database: folder }))).toContain(
      `the SQLite file ${dirname(path)}`,
    );
  });

  // Linux says below /proc that there is no such file, though its parent is there; Node's own recursion never ends of that.
  const nowhere = process.platform === 'linux' ? [['the system lets nobody make one', '/proc/tallyback/data']] : [];
  it.each([['a file stands in its way', `${process.execPath}/below`], ...nowhere])(
    'says so when its folder cannot be made because %s',
    async (_, folder) => {
      const below = { type: 'sqlite', path: `${folder}/tracker.db` } as const;
      const message = await failure(() => boot({ adminToken: ADMIN_TOKEN, database: below }));
      expect(message).toContain(`cannot make the folder ${folder} of its SQLite file`);
      expect(message).toContain('database.path');
    },
  );

  it('is refused when the host’s data source of the name is not there', async () => {
    const message = await failure(() => boot({ adminToken: ADMIN_TOKEN, dataSourceName: 'tracking' }));
    expect(message).toContain('TypeOrmModule.forRoot({ name: "tracking"');
  });

  it.each([
    ['of another type', { type: 'mysql', entities: [] }, 'is of type "mysql"'],
    [
      'that makes tables by itself',
      { type: 'postgres', synchronize: true, entities: trackerEntities },
      'synchronize: true',
    ],
  ])('is refused when it is one %s', async (_, options, words) => {
    const dataSource = { options, isInitialized: false } as unknown as DataSource;
    expect(await failure(() => boot({ adminToken: ADMIN_TOKEN, dataSource }))).toContain(words);
  });

  it('is refused when the host runs the migrations itself and has not', async () => {
    const start = () => boot({ adminToken: ADMIN_TOKEN, database: database.options, runMigrations: false });
    expect(await failure(start)).toContain('migrations: [...trackerMigrations');
    await boot({ adminToken: ADMIN_TOKEN, database: database.options });
    await app?.close();
    expect(await failure(start)).toBe('it started');
    await app?.close();
    await database.query('ALTER TABLE tallyback_partners DROP COLUMN caps');
    expect(await failure(start)).toContain('tallyback_partners');
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
