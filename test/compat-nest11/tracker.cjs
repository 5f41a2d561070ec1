// A CommonJS application on Nest 11 with the TypeORM 0.3 of its own; says its URL and its versions, ends on SIGTERM.
require('reflect-metadata');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { TypeOrmModule } = require('@nestjs/typeorm');
const { TrackerModule, trackerEntities } = require('@tallyback/nest-tracker');

const { adapter, database, ...options } = JSON.parse(process.env.COMPAT_OPTIONS);

const connection =
  database.type === 'postgres'
    ? { type: 'postgres', url: database.url }
    : { type: 'better-sqlite3', driver: require('libsql'), database: database.path, enableWAL: true };

class App {}
Module({
  imports: [TypeOrmModule.forRoot({ ...connection, entities: trackerEntities }), TrackerModule.forRoot(options)],
})(App);

function createAdapter() {
  if (adapter === 'Fastify') return new (require('@nestjs/platform-fastify').FastifyAdapter)();
  return new (require('@nestjs/platform-express').ExpressAdapter)();
}

/** Of what the tracker's own imports lead to. */
function versionSeenByTracker(name) {
  const file = createRequire(require.resolve('@tallyback/nest-tracker')).resolve(name);
  const folder = file.slice(0, file.lastIndexOf(join('node_modules', name)));
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
}

async function main() {
  const app = await NestFactory.create(App, createAdapter(), { rawBody: true, logger: ['error', 'warn'] });
  process.once('SIGTERM', async () => {
    await app.close();
    process.disconnect();
  });
  await app.listen(0, '127.0.0.1');
  const versions = ['@nestjs/core', '@nestjs/common', 'typeorm'].map(versionSeenByTracker);
  process.send({ url: await app.getUrl(), versions });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
  process.disconnect();
});
