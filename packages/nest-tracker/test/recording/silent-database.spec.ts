import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { PoolConnection } from '../../src/storage/lost-connections.js';
import { runNamed } from '../../src/storage/run-work.js';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';

const query = (text: string) => ({ text, parameters: [], reads: true as const });

describe('a connection on which PostgreSQL is silent for too long', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createPostgresDatabase();
    const { url } = database.options as { url: string };
    dataSource = await new DataSource({ type: 'postgres', url, poolSize: 1 }).initialize();
    // Only the first connection: a machine that is busy may take that long for any answer.
    const { master } = dataSource.driver as unknown as { master: NodeJS.EventEmitter };
    master.once('acquire', ({ connectionParameters }: PoolConnection) => {
      Object.assign(connectionParameters, { query_timeout: 200 });
    });
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('is not handed to the next one who asks', async () => {
    const sleeping = runNamed(dataSource, 'sleeping', query('SELECT pg_sleep(10)'));
    await expect(sleeping).rejects.toThrow(/timeout/i);
    expect(await runNamed(dataSource, 'next', query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });
});
