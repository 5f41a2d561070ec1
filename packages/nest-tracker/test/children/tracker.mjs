import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TrackerModule } from '@tallyback/nest-tracker';

// A tracker in a process of its own, with the catalog and on the database that its parent names; says its URL.
const { TRACKER_OPTIONS } = process.env;

class App {}
Module({ imports: [TrackerModule.forRoot(JSON.parse(TRACKER_OPTIONS))] })(App);
const app = await NestFactory.create(App, new FastifyAdapter(), { rawBody: true, logger: ['error'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
