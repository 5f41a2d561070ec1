import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TrackerModule } from '../../src/index.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { CATALOG } from '../support/catalog.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { created, type MessageOptions, signedHeaders, unique } from '../support/messages.js';
import { type Answer, send } from '../support/requests.js';
import { ADAPTERS, ADMIN_TOKEN, createAdapter } from '../support/start-tracker.js';

/** What a host has that is slow and concerns no sender. */
class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: Nobody }] })
class HostModule {}

async function start(database: TestDatabase, adapter: (typeof ADAPTERS)[number], messagesAheadOfMiddleware: boolean) {
  const given = { database: database.options, adminToken: ADMIN_TOKEN, seed: CATALOG };
  const tracker = TrackerModule.forRoot({ ...given, messagesAheadOfMiddleware, globalGuards: 'all', path: 'go' });
  const imports = messagesAheadOfMiddleware ? [HostModule, tracker] : [tracker];
  const module = await Test.createTestingModule({ imports }).compile();
  const app = module.createNestApplication(createAdapter(adapter), { rawBody: true, logger: false });
  app.setGlobalPrefix('api');
  await app.listen(0, '127.0.0.1');
  return { url: (await app.getUrl()).replace(/\/$/, ''), app };
}

const GOOD = { transactionId: 'A-1', revenue: '10.00', currency: 'EUR' };
const OURS = ['content-type', 'content-length', 'cache-control', 'tallyback-outcome', 'tallyback-reason'];

describe.each(ADAPTERS)('signed messages ahead of the middleware of %s', (adapter) => {
  let databases: TestDatabase[];
  let ahead: Awaited<ReturnType<typeof start>>;
  let usual: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    databases = [await createSqliteDatabase(), await createSqliteDatabase()];
    ahead = await start(databases[0] as TestDatabase, adapter, true);
    usual = await start(databases[1] as TestDatabase, adapter, false);
  });
  afterAll(async () => {
    await ahead?.app.close();
    await usual?.app.close();
    for (const database of databases) await database.drop();
  });
  const deliver = (tracker: { url: string }, body: string, options: MessageOptions = {}, path = ''): Promise<Answer> =>
    send(tracker, `/api/go/v1/conversions${path}`, { method: 'POST', body, headers: signedHeaders(body, options) });
  const seen = ({ status, headers, body: { conversionId: _, ...body } }: Answer) => ({
    status,
    body,
    headers: OURS.map((name) => headers[name]),
  });

  it.each([
    ['that is counted', JSON.stringify(created(GOOD)), {}],
    ['that is counted already', JSON.stringify(created(GOOD)), {}],
    ['in umlauts', JSON.stringify(created({ ...GOOD, transactionId: 'Ä-ß-😀' })), {}],
    ['that nobody could have signed', JSON.stringify(created(GOOD)), { headers: { 'webhook-signature': 'v1,none' } }],
    ['of nobody', JSON.stringify(created(GOOD)), { headers: { 'tallyback-advertiser': 'nobody' } }],
    ['with an unknown field', JSON.stringify(created({ ...GOOD, colour: 'red' })), {}],
    ['that is no JSON', '{"type":', {}],
    ['that would change a prototype', '{"__proto__":{"type":"conversion.created"}}', {}],
    ['that is a list', '[]', {}],
  ] as const)('answer and log one %s as they do elsewhere', async (_, body, options) => {
    const id = unique('msg');
    const [first, second] = [
      await deliver(ahead, body, { id, ...options }),
      await deliver(usual, body, { id, ...options }),
    ];
    expect(seen(first)).toEqual(seen(second));
    const own = { id: 0, received_at: 0, conversion_id: 0, signed_at: 0 };
    const rows = databases.map((database) =>
      database.query('SELECT * FROM tallyback_inbound_postbacks WHERE delivery_id = $1', [id]),
    );
    const [logged, other] = (await Promise.all(rows)).map((found) => found.map((row) => ({ ...row, ...own })));
    expect(logged).toHaveLength(1);
    expect(logged).toEqual(other);
  });

  it('take one that comes in pieces', async () => {
    const body = JSON.stringify(created({ ...GOOD, metadata: { note: 'x'.repeat(3_000) } }));
    const parts = [body.slice(0, 20), body.slice(20, 1_500), body.slice(1_500)];
    const url = new URL(ahead.url);
    const headers = { ...signedHeaders(body), 'content-length': String(Buffer.byteLength(body)) };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ ...addressOf(url), path: '/api/go/v1/conversions', method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      const next = () => {
        const part = parts.shift();
        if (part === undefined) sent.end();
        else sent.write(part, () => setImmediate(next));
      };
      next();
    });
    expect(status).toBe(200);
  });

  it.each([
    ['came over a proxy', { 'x-forwarded-for': '198.51.100.7' }, ''],
    ['are of another type', { 'content-type': 'text/plain' }, ''],
    ['are compressed', { 'content-encoding': 'gzip' }, ''],
    ['do not say how long they are', { 'transfer-encoding': 'chunked' }, ''],
    ['have a query', {}, '?x=1'],
    ['have more parts', {}, '/batch'],
  ])('leave those to the framework that %s', async (_, headers, path) => {
    const body = JSON.stringify(created(GOOD));
    expect((await deliver(ahead, body, { headers: headers as Record<string, string> }, path)).status).not.toBe(200);
  });

  it('leave those to the framework that are longer than a message may be', async () => {
    const body = JSON.stringify(created({ ...GOOD, metadata: { note: 'x'.repeat(40_000) } }));
    expect((await deliver(ahead, body)).status).toBe(403);
  });

  it('answer 503 when the database cannot be used, so that the sender tries again', async () => {
    const other = await start(databases[0] as TestDatabase, adapter, true);
    await other.app.get(TrackerStorage, { strict: false }).dataSource.destroy();
    try {
      const { status, headers, body } = await deliver(other, JSON.stringify(created(GOOD)));
      expect(status).toBe(503);
      expect(headers['retry-after']).toBe('5');
      expect(body).toMatchObject({ reason: 'storage_unavailable' });
    } finally {
      await other.app.close();
    }
  });
});

function addressOf({ hostname, port }: URL) {
  return { hostname, port };
}
