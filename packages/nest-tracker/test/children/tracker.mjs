import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TrackerModule } from '@tallyback/nest-tracker';

// A tracker in a process of its own, with the catalog and on the database that its parent names; says its URL.
const { adapter = 'Fastify', ...options } = JSON.parse(process.env.TRACKER_OPTIONS);

class App {}
Module({ imports: [TrackerModule.forRoot(options)] })(App);
const app = await NestFactory.create(App, adapter === 'Express' ? new ExpressAdapter() : new FastifyAdapter(), {
  rawBody: true,
  logger: ['error'],
});
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
