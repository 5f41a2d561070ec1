import 'reflect-metadata';
import { Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Campaign, Click, Offer, TrackerModule } from '@tallyback/nest-tracker';
import { createId } from '@tallyback/protocol';
import { DataSource } from 'typeorm';
import { seed } from '../lib/house.mjs';
import { dataSourceOf } from '../lib/intake-database.mjs';
import { redirectRoute } from '../lib/redirect-route.mjs';

// The same row as most Nest applications would write it: a plain controller that awaits the repository. The tracker beside
// it makes the tables and the catalog; campaign and offer are known beforehand, as a cache would have them.
const { BENCH_SQLITE, BENCH_POSTGRES } = process.env;
const database = BENCH_POSTGRES ? { type: 'postgres', url: BENCH_POSTGRES } : { type: 'sqlite', path: BENCH_SQLITE };
const dataSource = dataSourceOf(database);

class RedirectController {
  async visit(key, query, request) {
    const id = createId(Date.now());
    await this.dataSource.getRepository(Click).save({
      id,
      at: Date.now(),
      kind: 'click',
      bot: false,
      unique: true,
      firstParty: false,
      campaignId: known.campaign.id,
      offerId: known.offer.id,
      partnerId: known.campaign.partnerId,
      advertiserId: known.offer.advertiserId,
      visitor: 'x'.repeat(22),
      externalId: query.external_id,
      sub1: query.sub1,
      sub2: query.sub2,
      currency: known.offer.currency,
      ip: request.ip,
      userAgent: request.headers['user-agent'],
    });
    return { url: `https://shop.example/land?clickid=${id}`, statusCode: 302, key };
  }
}
Inject(DataSource)(RedirectController.prototype, 'dataSource');
redirectRoute(RedirectController);

class Tables {}
Module({ imports: [TrackerModule.forRoot({ database, seed, adminToken: 'bench-admin-token' })] })(Tables);
const tables = await NestFactory.create(Tables, new FastifyAdapter(), { rawBody: true, logger: ['error'] });
await tables.init();
await tables.close();
await dataSource.initialize();
const known = {
  campaign: await dataSource.getRepository(Campaign).findOneByOrFail({ key: 'spring' }),
  offer: await dataSource.getRepository(Offer).findOneByOrFail({ key: 'boots' }),
};

class App {}
Module({ controllers: [RedirectController], providers: [{ provide: DataSource, useValue: dataSource }] })(App);
const app = await NestFactory.create(App, new FastifyAdapter(), { logger: ['error'] });
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
process.on('SIGTERM', () => process.exit(0));
