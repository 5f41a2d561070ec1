import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TrackerModule } from '@tallyback/nest-tracker';
import { seed } from '../lib/house.mjs';

// The reference tracker as anyone would mount it, on the database that the environment names.
const { BENCH_SQLITE, BENCH_POSTGRES } = process.env;
const database = BENCH_POSTGRES ? { type: 'postgres', url: BENCH_POSTGRES } : { type: 'sqlite', path: BENCH_SQLITE };
class App {}
Module({
  imports: [
    TrackerModule.forRoot({
      database,
      seed,
      adminToken: 'bench-admin-token',
      clicksAheadOfMiddleware: true,
      messagesAheadOfMiddleware: true,
    }),
  ],
})(App);
const app = await NestFactory.create(App, new FastifyAdapter(), { rawBody: true, logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
