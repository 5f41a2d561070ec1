import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CatalogService, ConversionsService, TrackerModule } from '@tallyback/nest-tracker';
import { ADVERTISER, seed } from '../lib/house.mjs';
import { logRowOf, messageOf } from '../lib/intake.mjs';

/** The tracker in this process, on a database of its own. */
export async function openTracker(database) {
  class App {}
  Module({ imports: [TrackerModule.forRoot({ database, seed, adminToken: 'bench-admin-token' })] })(App);
  const app = await NestFactory.create(App, new FastifyAdapter(), { rawBody: true, logger: ['error', 'warn'] });
  await app.init();
  const conversions = app.get(ConversionsService, { strict: false });
  const catalog = await app.get(CatalogService, { strict: false }).snapshot();
  const advertiser = catalog.advertisersByKey.get(ADVERTISER);
  const campaign = catalog.campaignsByKey.get('spring');
  return {
    app,
    /** What a click of the campaign carries. */
    click: {
      campaignId: campaign.row.id,
      offerId: campaign.offers[0].offer.row.id,
      partnerId: campaign.partner.id,
      advertiserId: advertiser.row.id,
    },
    async store(order) {
      const now = Date.now();
      const message = messageOf(order, now);
      const sender = { method: 'signature', signed: true, deliveryId: order.deliveryId };
      const result = await conversions.record({ advertiser, sender, message }, ({ conversion }) =>
        logRowOf(order, message, conversion?.id ?? null, now),
      );
      if (result.outcome !== 'recorded') throw new Error(`The order was not recorded: ${JSON.stringify(result)}`);
    },
    close: () => app.close(),
  };
}
