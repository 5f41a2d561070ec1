import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  Body,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type ModuleMetadata,
  type NestInterceptor,
  Post,
  Scope,
  SetMetadata,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, NestFactory, Reflector } from '@nestjs/core';
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
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { created, postback, signedHeaders, unique } from '../support/messages.js';
import { inboundLog, manage, send } from '../support/requests.js';
import { ADAPTERS, ADMIN_TOKEN, createAdapter } from '../support/start-tracker.js';

const PAGE = { limit: 10, after: undefined };

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

  describe('with a global guard that lets in what is marked', () => {
    const Public = () => SetMetadata('isPublic', true);
    @Injectable()
    class LoginGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        return this.reflector.getAllAndOverride('isPublic', [context.getHandler(), context.getClass()]) === true;
      }
    }
    const OPEN = [302, 'recorded', 'unattributed', 'malformed_request'];

    it.each([
      ['of one instance', {}],
      ['made for each request', { scope: Scope.REQUEST }],
    ])('%s, has its public routes open, and the guard asked for the others', async (_, scope) => {
      await start({
        imports: [TrackerModule.forRoot(tracking())],
        providers: [{ provide: APP_GUARD, useClass: LoginGuard, ...scope }],
      });
      expect(await workThrough('')).toEqual([...OPEN, 403, 403, 200]);
      expect((await send(host, '/shop')).status).toBe(403);
    });

    it('marks the management routes by a decorator of its own', async () => {
      const decorators = { management: [Public()] };
      await start({ imports: [TrackerModule.forRoot({ ...tracking(), decorators })] }, (host) => {
        host.useGlobalGuards(new LoginGuard(new Reflector()));
      });
      expect(await workThrough('')).toEqual(WORKS);
      expect((await send(host, '/shop')).status).toBe(403);
    });

    it('has it asked for the public routes as well when it says so', async () => {
      await start({
        imports: [TrackerModule.forRoot({ ...tracking(), globalGuards: 'all' })],
        providers: [{ provide: APP_GUARD, useClass: LoginGuard }],
      });
      for (const path of ['/c/open', '/postback', '/pixel.gif', '/health']) {
        expect([path, (await send(host, path)).status]).toEqual([path, 403]);
      }
    });
  });

  it.each([[undefined], [null]])('may switch a global guard off by a factory that gives %s', async (none) => {
    await start({
      imports: [TrackerModule.forRoot(tracking())],
      providers: [{ provide: APP_GUARD, useFactory: () => none }],
    });
    expect(await workThrough('')).toEqual(WORKS);
    expect((await send(host, '/shop')).status).toBe(200);
  });

  it('is told when it says neither of what global guards may be asked for', async () => {
    const module = TrackerModule.forRoot({ ...tracking(), globalGuards: 'public' as 'all' });
    await expect(start({ imports: [module] })).rejects.toThrow(
      /globalGuards must be 'management' or 'all', not "public"/,
    );
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
    try {
      const { database, seed } = tracking();
      await start({
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

  it('guards the management routes by a guard of its own, and only those', async () => {
    await start({ imports: [TrackerModule.forRoot({ ...tracking(), adminToken: undefined, guard: RoleGuard })] });
    expect(await workThrough('')).toEqual([302, 'recorded', 'unattributed', 'malformed_request', 403, 403, 200]);
    for (const path of ['/v1/reports', '/v1/conversions', '/v1/postbacks/in']) {
      expect((await send(host, path, { headers: { 'x-role': 'boss' } })).status).toBe(200);
      expect((await manage(host, path)).status).toBe(403);
    }
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
