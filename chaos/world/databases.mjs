import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startPostgres } from '../../scripts/postgres/start-postgres.mjs';
import { TcpProxy } from '../proxy/tcp-proxy.mjs';

/**
 * The tracker's database.
 *
 * @typedef {object} Database
 * @property {string} url what the trackers are given
 * @property {(sql: string) => Promise<object[]>} query asks it directly, past all faults
 * @property {() => void} calmDown
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Database>} */
export async function sqliteDatabase({ folder }) {
  const path = join(folder, 'tracker', 'tracker.db');
  mkdirSync(dirname(path));
  const open = () => new (createRequire(import.meta.url)('libsql'))(path, { timeout: 5_000 });
  return {
    url: `sqlite:${path}`,
    async query(sql) {
      const connection = open();
      try {
        return connection.prepare(sql).all([]);
      } finally {
        connection.close();
      }
    },
    calmDown() {},
    async close() {},
  };
}

/** A PostgreSQL server of the run's own, behind a proxy. @returns {Promise<Database>} */
export async function postgresDatabase({ folder, dice, chronicle, patienceMs }) {
  // A commit has to be in the log file before it is answered, or a killed server loses it; but no disk is waited for,
  // since it is processes that are killed here, not the machine.
  const server = await startPostgres({ durable: 'process', root: folder });
  const proxy = new TcpProxy({ name: 'tracker-database', port: server.port, dice, chronicle, patienceMs });
  await proxy.listen();
  const { Client } = createRequire(import.meta.url)('pg');
  return {
    url: `postgres://postgres@127.0.0.1:${proxy.port}/postgres`,
    server,
    proxy,
    async query(sql) {
      const client = new Client({ connectionString: server.url() });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    calmDown: () => proxy.calmDown(),
    async close() {
      await proxy.close();
      await server.stop();
    },
  };
}
