import { describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  type INestApplication,
  Module,
  type NestInterceptor,
  Post,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE, NestFactory } from '@nestjs/core';
import { map } from 'rxjs';
import { routesOf } from '../../src/http/routes-of.js';
import {
  ClicksService,
  ConversionSearch,
  InboundPostbacksService,
  ReportsService,
  TrackerModule,
} from '../../src/index.js';
import { MANAGEMENT, PUBLIC } from '../../src/tracker.module-definition.js';
import { CATALOG } from '../support/catalog.js';
import { createSqliteDatabase } from '../support/databases.js';
import { hostApplication, WORKS } from '../support/host-application.js';
import { postback, unique } from '../support/messages.js';
import { inboundLog, manage, send } from '../support/requests.js';
import { ADAPTERS } from '../support/start-tracker.js';

const PAGE = { limit: 10, after: undefined };

describe.each(ADAPTERS)('a host with %s', (adapter) => {
  const { host, tracking, start, workThrough } = hostApplication(adapter);

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
    const interceptor: NestInterceptor = {
      intercept: (_, next) => next.handle().pipe(map((data: unknown) => ({ wrapped: data }))),
    };
    await start({
      imports: [TrackerModule.forRoot(tracking())],
      providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }],
    });
    expect(await workThrough('')).toEqual(WORKS);
    expect((await send(host, '/health')).body).toMatchObject({ status: 'ok' });
    expect((await send(host, '/shop')).body).toEqual({ wrapped: { shop: true } });
  });

  it('may answer every error in its own words; the tracker’s refusals stay what they are', async () => {
    @Catch()
    class EverythingFilter implements ExceptionFilter {
      catch(_: unknown, context: ArgumentsHost) {
        const reply = context.switchToHttp().getResponse();
        reply.status(418).send({ mine: true });
      }
    }
    await start({
      imports: [TrackerModule.forRoot(tracking())],
      providers: [{ provide: APP_FILTER, useClass: EverythingFilter }],
    });
    const [click, classic, signed, broken] = await workThrough('');
    expect([click, classic, signed, broken]).toEqual(WORKS.slice(0, 4));
    const refused = await send(host, postback({ clickid: '01jd0000000000000000000000', txid: unique() }));
    expect([refused.status, refused.body.reason]).toEqual([404, 'click_not_found']);
    expect((await send(host, '/c/nothing')).body.reason).toBe('campaign_not_found');
    expect((await send(host, '/nowhere')).status).toBe(418);
  });

  it.each([
    ['in the address', { type: VersioningType.URI, defaultVersion: '7' }],
    ['in a header', { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '7' }],
  ] as const)('may version its own routes %s; addresses that are out in the world stay', async (_, versioning) => {
    await start({ imports: [TrackerModule.forRoot(tracking())] }, (host) => host.enableVersioning(versioning));
    expect(await workThrough('')).toEqual(WORKS);
    const inAddress = versioning.type === VersioningType.URI;
    expect((await send(host, '/shop', { headers: { 'x-version': '7' } })).status).toBe(inAddress ? 404 : 200);
    expect((await send(host, '/v7/shop')).status).toBe(inAddress ? 200 : 404);
  });

  it('may move the tracker: a slash at the end of any of its addresses makes no difference, its own stay as they are', async () => {
    await start({ imports: [TrackerModule.forRoot({ ...tracking(), path: 'tracking' })] }, (host) => {
      host.setGlobalPrefix('api', { exclude: ['tracking/health'] });
      host.getHttpAdapter().get('/api/tracking/metrics/', (_: unknown, reply: { send(body: object): void }) => {
        reply.send({ mine: true });
      });
    });
    const answers = async (slash: string) => {
      const told: unknown[] = [];
      for (const { method, path } of routesOf([...PUBLIC, ...MANAGEMENT])) {
        const prefix = path === '/health' ? '/tracking' : '/api/tracking';
        if (path === '/metrics') continue;
        const { status, headers, text } = await send(host, prefix + path.replaceAll(/:\w+/g, 'x') + slash, { method });
        told.push([method, path, status, headers['content-type'], text]);
      }
      return told;
    };
    expect(await answers('/')).toEqual(await answers(''));
    expect((await manage(host, '/api/tracking/v1/offers/?limit=1')).body.items).toHaveLength(1);
    expect((await send(host, '/api/tracking/metrics/')).body).toEqual({ mine: true });
    expect((await send(host, '/api/shop/')).status).toBe(adapter === 'Fastify' ? 404 : 200);
  });

  it('may ask for the services alone: nothing is routed, and none of its own routes is touched', async () => {
    @Controller()
    class OwnPostbacks {
      constructor(private readonly clicks: ClicksService) {}
      @Post('postback')
      async take(@Body() body: object) {
        return { mine: body, found: await this.clicks.find('none') };
      }
    }
    const environment = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    let app: INestApplication;
    try {
      const { database, seed } = tracking();
      app = await start({
        imports: [TrackerModule.forRoot({ database, seed, controllers: false })],
        controllers: [OwnPostbacks],
      });
    } finally {
      process.env.NODE_ENV = environment;
    }
    for (const path of ['/c/open', '/health', '/v1/reports', '/pixel.gif', '/metrics']) {
      expect([path, (await send(host, path)).status]).toEqual([path, 404]);
    }
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    expect((await send(host, '/postback', { ...post, body: '{"a":1}' })).body).toEqual({ mine: { a: 1 }, found: null });
    const broken = await send(host, '/postback', { ...post, body: '{' });
    expect([broken.status, broken.body.reason]).toEqual([400, undefined]);
    const kept = await app.get(InboundPostbacksService, { strict: false }).list(new URLSearchParams(), PAGE);
    expect(kept.items).toEqual([]);
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
