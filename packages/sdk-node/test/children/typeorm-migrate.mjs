// Prepares the queue tables in an SQLite file; several of these run at once: typeorm-migrate.mjs <file>
import libsql from 'libsql';
import { DataSource } from 'typeorm';
import { typeormQueue } from '../../dist/typeorm.js';

const [, , database] = process.argv;
const options = { type: 'better-sqlite3', database, driver: libsql, enableWAL: true, timeout: 5_000 };
const dataSource = await new DataSource(options).initialize();
const queue = typeormQueue(dataSource);
await queue.open();
await queue.counts(['house']);
await queue.close();
await dataSource.destroy();
process.stdout.write('ready');
