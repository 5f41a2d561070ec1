import { afterEach, beforeEach } from '@jest/globals';
import { Controller, Get, type INestApplication, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CATALOG } from './catalog.js';
import { createSqliteDatabase, type TestDatabase } from './databases.js';
import { created, postback, signedHeaders, unique } from './messages.js';
import { manage, send } from './requests.js';
import { ADMIN_TOKEN, type Adapter, createAdapter } from './start-tracker.js';

@Controller('shop')
class ShopController {
  @Get()
  home(): object {
    return { shop: true };
  }
}

/** What `workThrough` tells of a tracker that works. */
export const WORKS = [302, 'recorded', 'unattributed', 'malformed_request', 200, 401, 200];

/** An application with routes of its own that mounts the tracker as the test says; each test has a database of its own. */
export function hostApplication(adapter: Adapter) {
  let database: TestDatabase;
  let app: INestApplication | undefined;
  const host = { url: '' };
  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await database.drop();
  });

  /** Options of the tracker. */
  const tracking = () => ({ database: database.options, adminToken: ADMIN_TOKEN, seed: CATALOG });

  async function start(
    metadata: ModuleMetadata,
    prepare: (app: INestApplication) => void = () => undefined,
  ): Promise<INestApplication> {
    @Module({ controllers: [ShopController], ...metadata })
    class HostModule {}
    const options = { rawBody: true, logger: false, abortOnError: false } as const;
    const started: INestApplication = await NestFactory.create(HostModule, createAdapter(adapter), options);
    app = started;
    prepare(started);
    await started.listen(0, '127.0.0.1');
    host.url = (await started.getUrl()).replace(/\/$/, '');
    return started;
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

  return { host, tracking, start, workThrough };
}
