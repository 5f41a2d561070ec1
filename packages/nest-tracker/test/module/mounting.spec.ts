import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type ModuleMetadata,
  type NestInterceptor,
  ValidationPipe,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE, NestFactory } from '@nestjs/core';
import { ConversionSearch, ReportsService, TrackerModule } from '../../src/index.js';
import { CATALOG } from '../support/catalog.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { created, postback, signedHeaders, unique } from '../support/messages.js';
import { inboundLog, manage, send } from '../support/requests.js';
import { ADAPTERS, ADMIN_TOKEN, createAdapter } from '../support/start-tracker.js';

@Controller('shop')
class ShopController {
  @Get()
  home(): object {
    return { shop: true };
  }
}

@Injectable()
class RoleGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest().headers['x-role'] === 'boss';
  }
}

describe.each(ADAPTERS)('a host with %s', (adapter) => {
  let database: TestDatabase;
  let app: INestApplication;
  const host = { url: '' };
  const tracking = () => ({ database: database.options, adminToken: ADMIN_TOKEN, seed: CATALOG });
  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function start(metadata: ModuleMetadata, prepare: (app: INestApplication) => void = () => undefined) {
    @Module({ controllers: [ShopController], ...metadata })
    class HostModule {}
    app = await NestFactory.create(HostModule, createAdapter(adapter), {
      rawBody: true,
      logger: false,
      abortOnError: false,
    });
    prepare(app);
    await app.listen(0, '127.0.0.1');
    host.url = (await app.getUrl()).replace(/\/$/, '');
  }

  /** A click, a signed message, a postback and a broken body below a prefix, as outcomes. */
  async function workThrough(prefix: string): Promise<unknown[]> {
    const visit = await send(host, `${prefix}/c/open?utm_source=x&unknown=1`);
    const clickid = new URL(visit.headers.location ?? '').searchParams.get('clickid') ?? '';
    const body = JSON.stringify(created({ transactionId: unique() }));
    const post = { method: 'POST', body, headers: signedHeaders(body) };
    const broken = { ...post, body: '{', headers: signedHeaders('{') };
    return [
      visit.status,
      (await send(host, `${prefix}${postback({ clickid, txid: unique(), utm: 'x' })}`)).body.outcome,
      (await send(host, `${prefix}/v1/conversions`, post)).body.outcome,
      (await send(host, `${prefix}/v1/conversions`, broken)).body.reason,
      (await manage(host, `${prefix}/v1/reports?groupBy=campaign`)).status,
      (await send(host, `${prefix}/v1/reports`)).status,
      (await send(host, `${prefix}/health`)).status,
    ];
  }
  const WORKS = [302, 'recorded', 'unattributed', 'malformed_request', 200, 401, 200];

  it('mounts the tracker beside its own routes', async () => {
    await start({ imports: [TrackerModule.forRoot(tracking())] });
    expect(await workThrough('')).toEqual(WORKS);
    expect((await send(host, '/shop')).body).toEqual({ shop: true });
    expect((await inboundLog(host, { reason: 'malformed_request' }))[0]).toMatchObject({ step: 'readMessage' });
  });

  it('mounts it by a factory that other modules serve', async () => {
    const SETTINGS = Symbol('settings');
    @Module({ providers: [{ provide: SETTINGS, useFactory: async () => tracking() }], exports: [SETTINGS] })
    class SettingsModule {}
    await start({
      imports: [
        TrackerModule.forRootAsync({
          imports: [SettingsModule],
          inject: [SETTINGS],
          useFactory: (settings: ReturnType<typeof tracking>) => settings,
          path: 'tracking',
        }),
      ],
    });
    expect(await workThrough('/tracking')).toEqual(WORKS);
    expect((await send(host, '/c/open')).status).toBe(404);
  });

  it.each([
    ['tracking', 'tracking', '', '/tracking'],
    ['/a/b/', '/a/b/', '', '/a/b'],
    ['a global prefix of the host', undefined, 'api', '/api'],
    ['both', 'tracking', 'api/v2', '/api/v2/tracking'],
  ])('mounts it below a prefix: %s', async (_, path, globalPrefix, prefix) => {
    await start({ imports: [TrackerModule.forRoot({ ...tracking(), path })] }, (host) => {
      if (globalPrefix) host.setGlobalPrefix(globalPrefix);
    });
    expect(await workThrough(prefix)).toEqual(WORKS);
  });

  it('may validate strictly everywhere without refusing what networks append', async () => {
    const pipe = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });
    await start(
      { imports: [TrackerModule.forRoot(tracking())], providers: [{ provide: APP_PIPE, useValue: pipe }] },
      (host) => host.useGlobalPipes(pipe),
    );
    expect(await workThrough('')).toEqual(WORKS);
  });

  it('may wrap its answers by an interceptor; the tracker’s public answers stay what they are', async () => {
    const interceptor: NestInterceptor = { intercept: (_, next) => next.handle() };
    await start({
      imports: [TrackerModule.forRoot(tracking())],
      providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }],
    });
    expect(await workThrough('')).toEqual(WORKS);
  });

  it('guards the management routes by a guard of its own, and only those', async () => {
    await start({ imports: [TrackerModule.forRoot({ ...tracking(), adminToken: undefined, guard: RoleGuard })] });
    expect(await workThrough('')).toEqual([302, 'recorded', 'unattributed', 'malformed_request', 403, 403, 200]);
    for (const path of ['/v1/reports', '/v1/conversions', '/v1/postbacks/in']) {
      expect((await send(host, path, { headers: { 'x-role': 'boss' } })).status).toBe(200);
      expect((await manage(host, path)).status).toBe(403);
    }
  });

  it('may have a global guard, which is asked for the tracker’s public routes as well and must let them in', async () => {
    const guard: CanActivate = {
      canActivate: (context) => !context.switchToHttp().getRequest().url.startsWith('/shop'),
    };
    await start({
      imports: [TrackerModule.forRoot(tracking())],
      providers: [{ provide: APP_GUARD, useValue: guard }],
    });
    expect(await workThrough('')).toEqual(WORKS);
    expect((await send(host, '/shop')).status).toBe(403);
  });
});

describe('an application context without HTTP', () => {
  it('gives the services, and asks neither for rawBody nor for a token', async () => {
    const environment = process.env.NODE_ENV;
    const database = await createSqliteDatabase();
    process.env.NODE_ENV = 'production';
    try {
      const module = TrackerModule.forRoot({ database: database.options, seed: CATALOG });
      const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
      const page = await context.get(ConversionSearch).list(new URLSearchParams(), { limit: 10, after: undefined });
      expect(page).toEqual({ items: [], next: null });
      const report = await context.get(ReportsService).report({
        groupBy: ['campaign'],
        from: undefined,
        to: undefined,
        timezone: 'UTC',
        by: 'conversion',
        filters: {},
        currency: undefined,
        sort: undefined,
        limit: 10,
      });
      expect(report).toEqual({ rows: [], totals: [] });
      await context.close();
    } finally {
      process.env.NODE_ENV = environment;
      await database.drop();
    }
  });
});
