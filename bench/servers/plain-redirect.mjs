import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { EntitySchema } from 'typeorm';
import { redirectRoute } from '../lib/redirect-route.mjs';

// A click as a Nest application stores it that was set up by the documentation: the default adapter, TypeORM's defaults, an
// entity with a generated id that nobody can guess, and a controller that awaits `repository.save`. The row has the columns
// of the tracker's; campaign and offer are known beforehand, as a cache would have them.
const { BENCH_SQLITE, BENCH_POSTGRES } = process.env;
const database = BENCH_POSTGRES
  ? { type: 'postgres', url: BENCH_POSTGRES }
  : { type: 'better-sqlite3', driver: createRequire(import.meta.url)('libsql'), database: BENCH_SQLITE };

const optional = (...names) => Object.fromEntries(names.map((name) => [name, { type: 'varchar', nullable: true }]));
class Visit {}
const visits = new EntitySchema({
  name: 'Visit',
  target: Visit,
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    at: { type: 'bigint' },
    kind: { type: 'varchar' },
    bot: { type: 'boolean' },
    unique: { type: 'boolean' },
    firstParty: { type: 'boolean' },
    ...optional(
      'campaign',
      'offer',
      'partner',
      'advertiser',
      'visitor',
      'country',
      'device',
      'os',
      'browser',
      'channel',
    ),
    ...optional('customerId', 'externalId', ...Array.from({ length: 10 }, (_, i) => `sub${i + 1}`)),
    cost: { type: 'bigint', nullable: true },
    ...optional('currency', 'ip', 'userAgent', 'referrer', 'query'),
  },
});

class RedirectController {
  async visit(campaign, query, request) {
    const { id } = await this.visits.save({
      at: Date.now(),
      kind: 'click',
      bot: false,
      unique: true,
      firstParty: false,
      campaign,
      offer: 'boots',
      partner: 'blog',
      advertiser: 'acme',
      visitor: 'x'.repeat(22),
      externalId: query.external_id,
      sub1: query.sub1,
      sub2: query.sub2,
      currency: 'EUR',
      ip: request.ip,
      userAgent: request.headers['user-agent'],
    });
    return { url: `https://shop.example/land?clickid=${id}`, statusCode: 302 };
  }
}
InjectRepository(visits)(RedirectController.prototype, 'visits');
redirectRoute(RedirectController);

class App {}
Module({
  imports: [
    TypeOrmModule.forRoot({ ...database, entities: [visits], synchronize: true }),
    TypeOrmModule.forFeature([visits]),
  ],
  controllers: [RedirectController],
})(App);
const app = await NestFactory.create(App, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
process.on('SIGTERM', () => process.exit(0));
