import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { ReportsService, trackerEntities } from '../../src/index.js';
import type { PoolConnection } from '../../src/storage/lost-connections.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { patience, reading } from '../../src/storage/transaction-work.js';
import { createPostgresDatabase } from '../support/databases.js';
import { click } from '../support/requests.js';
import { startTracker } from '../support/start-tracker.js';

const LIMIT_MS = 1_000;
const WAITING = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
  AND query LIKE '%tallyback_rollups%' AND now() - query_start > interval '${1.5 * LIMIT_MS} milliseconds'`;

describe('comparing rollups with what they are the sums of, on PostgreSQL', () => {
  it('takes the time that it needs, which no other statement has', async () => {
    const database = await createPostgresDatabase();
    const { url } = database.options as { url: string };
    const dataSource = new DataSource({ type: 'postgres', url, entities: [...trackerEntities] });
    const holder = new pg.Client({ connectionString: url });
    await Promise.all([dataSource.initialize(), holder.connect()]);
    const tracker = await startTracker({ database, options: { database: undefined, dataSource } });
    try {
      await click(tracker, 'boots');
      await holder.query('BEGIN; LOCK TABLE tallyback_rollups IN ACCESS EXCLUSIVE MODE');
      // From here on alone: on a busy machine it may take that long to make the tables.
      const { master } = dataSource.driver as unknown as { master: NodeJS.EventEmitter };
      const limit = ({ connectionParameters }: PoolConnection) => {
        Object.assign(connectionParameters, { query_timeout: LIMIT_MS });
      };
      master.on('acquire', limit);
      const rebuilding = tracker.get(ReportsService).rebuild();
      const ended = rebuilding.catch((error: Error) => error);
      while ((await database.query(WAITING)).length === 0) {
        if ((await Promise.race([ended, undefined])) !== undefined) break;
      }
      await expect(dataSource.query('SELECT 1 FROM tallyback_rollups')).rejects.toThrow('Query read timeout');
      await holder.query('COMMIT');
      expect(await rebuilding).toMatchObject({ differing: 0 });
      const shown = await tracker.get(TrackerStorage).run(function* () {
        yield patience(90_000);
        return (yield reading('SHOW statement_timeout', [])).rows;
      });
      expect(shown).toEqual([{ statement_timeout: '90s' }]);
    } finally {
      await holder.end();
      await tracker.close();
      await dataSource.destroy();
      await database.drop();
    }
  });
});
