import { expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ReportsService } from '../../src/index.js';
import { createSqliteDatabase } from '../support/databases.js';
import { hostOptions } from '../support/host-orders.js';
import { report, unique } from '../support/messages.js';
import { click, manage } from '../support/requests.js';
import { startTracker } from '../support/start-tracker.js';

/** Refuses what better-sqlite3 does not take and libsql does: it reads a parameter with a number as one with a name. */
function strictDriver(...given: ConstructorParameters<typeof Libsql>): Libsql.Database {
  const connection = new Libsql(...given);
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (sql) => {
    if (/\?\d/.test(sql)) throw new RangeError(`Too many parameter values were provided: ${sql}`);
    return prepare(sql);
  };
  return connection;
}

it('A tracker on SQLite works with a driver that knows no numbered parameters, such as better-sqlite3', async () => {
  const database = await createSqliteDatabase();
  const options = { ...hostOptions(database, 1), driver: strictDriver } as DataSourceOptions;
  const host = await new DataSource(options).initialize();
  const tracker = await startTracker({ database, options: { database: undefined, dataSource: host } });
  try {
    const clickId = await click(tracker, 'boots', 'sub1=strict');
    const data = { clickId, transactionId: unique(), revenue: '10.00', currency: 'EUR' };
    expect((await report(tracker, data)).status).toBe(201);
    await database.query('UPDATE tallyback_rollups SET clicks = clicks + 1');
    const reports = tracker.get(ReportsService);
    expect(await reports.rebuild()).toMatchObject({ corrected: true });
    expect(await reports.rebuild({ verify: true })).toMatchObject({ differing: 0 });
    for (const path of ['/v1/reports?groupBy=sub1', '/v1/reports?groupBy=day', '/v1/clicks', '/v1/conversions']) {
      expect([path, (await manage(tracker, path)).status]).toEqual([path, 200]);
    }
  } finally {
    await tracker.close();
    await host.destroy();
    await database.drop();
  }
});
