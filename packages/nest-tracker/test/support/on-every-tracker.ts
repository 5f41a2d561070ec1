import { afterAll, beforeAll, describe } from '@jest/globals';
import type { TestDatabase } from './databases.js';
import { MATRIX, startTracker, type Tracker, type TrackerSetup } from './start-tracker.js';

/** Holds the running tracker of a block of tests. */
export interface Current {
  tracker: Tracker;
}

/** Runs the same tests on SQLite and PostgreSQL, with Express and Fastify; the tests of one block share a tracker. */
export function onEveryTracker(
  tests: (current: Current, cell: (typeof MATRIX)[number]) => void,
  setup: Omit<TrackerSetup, 'database' | 'adapter'> = {},
): void {
  describe.each(MATRIX)('on $database with $adapter', (cell) => {
    const current = {} as Current;
    let database: TestDatabase;
    beforeAll(async () => {
      database = await cell.createDatabase();
      current.tracker = await startTracker({ ...setup, database, adapter: cell.adapter });
    });
    afterAll(async () => {
      await current.tracker?.close();
      await database.drop();
    });
    tests(current, cell);
  });
}
