import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TrackerModule } from '../../src/index.js';
import { TRACKER_OPTIONS } from '../../src/tracker.options.js';
import { CATALOG } from '../support/catalog.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { type Answer, send } from '../support/requests.js';
import { ADAPTERS, ADMIN_TOKEN, createAdapter } from '../support/start-tracker.js';

/** What a host has that is slow and concerns no click. */
class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: Nobody }] })
class HostModule {}

async function start(database: TestDatabase, adapter: (typeof ADAPTERS)[number], clicksAheadOfMiddleware: boolean) {
  const given = { database: database.options, adminToken: ADMIN_TOKEN, seed: CATALOG };
  const options = { ...given, clicksAheadOfMiddleware, globalGuards: 'all' as const };
  const imports = [HostModule, TrackerModule.forRoot({ ...options, path: 'go' })];
  const module = await Test.createTestingModule({ imports }).compile();
  const app = module.createNestApplication(createAdapter(adapter), { rawBody: true, logger: false });
  app.setGlobalPrefix('api');
  await app.listen(0, '127.0.0.1');
  return { url: (await app.getUrl()).replace(/\/$/, ''), app };
}

describe.each(ADAPTERS)('click links ahead of the middleware of %s', (adapter) => {
  let database: TestDatabase;
  let ahead: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    ahead = await start(database, adapter, true);
  });
  afterAll(async () => {
    await ahead?.app.close();
    await database.drop();
  });
  const visit = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    send(ahead, path, { headers, method });

  it('redirect with their click in the database, whatever the host’s guards say', async () => {
    const { status, headers } = await visit('/api/go/c/boots?sub1=ahead&cost=1.20');
    expect(status).toBe(302);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex', 'content-length': '0' });
    const id = new URL(headers.location ?? '').searchParams.get('clickid');
    const rows = await database.query('SELECT sub1, cost, ip FROM tallyback_clicks WHERE id = $1', [id]);
    expect(rows).toEqual([{ sub1: 'ahead', cost: 120, ip: '127.0.0.0' }]);
  });

  it('answer what has no campaign as they do elsewhere', async () => {
    const { status, body } = await visit('/api/go/c/nowhere');
    expect(status).toBe(404);
    expect(body).toMatchObject({ reason: 'campaign_not_found' });
    expect((await visit('/api/go/c/closed-with-fallback')).headers.location).toBe('https://shop.example/elsewhere');
  });

  it.each([
    ['came over a proxy', '/api/go/c/boots', { 'x-forwarded-for': '198.51.100.7' }, 'GET'],
    ['only look', '/api/go/c/boots', {}, 'HEAD'],
    ['have to be decoded', '/api/go/c/%62oots', {}, 'GET'],
    ['set a cookie', '/api/go/o/boots', {}, 'GET'],
  ])('leave requests to the framework that %s', async (_, path, headers, method) => {
    expect((await visit(path, headers as Record<string, string>, method)).status).toBe(403);
  });

  it('answer 500 and go on when the answer cannot be written', async () => {
    const other = await start(database, adapter, true);
    // The start would refuse it.
    Object.assign(other.app.get<object>(TRACKER_OPTIONS, { strict: false }), { referrerPolicy: 'no\nreferrer' });
    try {
      expect((await send(other, '/api/go/c/boots')).status).toBe(500);
      expect((await send(other, '/api/go/c/nowhere')).status).toBe(404);
    } finally {
      await other.app.close();
    }
  });

  it('say of what the database refuses what is said of it elsewhere, and log no word of the database’s', async () => {
    const logged: unknown[] = [];
    const take = (...entry: unknown[]) => void logged.push(...entry);
    const other = await start(database, adapter, true);
    other.app.useLogger({ log: take, warn: take, error: take });
    await database.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON tallyback_clicks BEGIN SELECT RAISE(ABORT, 'jane@example.com'); END`,
    );
    try {
      const { status, headers, body } = await send(other, '/api/go/c/boots');
      expect(status).toBe(500);
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(body.detail).toContain('The database refused what was to be stored.');
      expect(logged.join('\n')).toContain('SQLITE_CONSTRAINT');
      expect(logged.join('\n')).not.toContain('jane@example.com');
    } finally {
      await database.query('DROP TRIGGER refuse');
      await other.app.close();
    }
  });

  it('are not ahead unless the host asks for it', async () => {
    const other = await start(database, adapter, false);
    try {
      expect((await send(other, '/api/go/c/boots')).status).toBe(403);
    } finally {
      await other.app.close();
    }
  });
});
