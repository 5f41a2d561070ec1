import { afterAll, beforeAll, describe } from '@jest/globals';
import type { TestDatabase } from './databases.js';
import { MATRIX, startTracker, type Tracker, type TrackerSetup } from './start-tracker.js';

/** Holds the running tracker of a block of tests. */
export interface Current {
  tracker: Tracker;
}

type Tests = (current: Current, cell: (typeof MATRIX)[number]) => void;
type Setup = Omit<TrackerSetup, 'database' | 'adapter'>;

/** Runs the same tests on SQLite and PostgreSQL, with Express and Fastify; the tests of one block share a tracker. */
export function onEveryTracker(tests: Tests, setup: Setup = {}): void {
  onTrackers(MATRIX, tests, setup);
}

/** The same on each database once and with each adapter once, where the pairing cannot matter. */
export function onBothTrackers(tests: Tests, setup: Setup = {}): void {
  const cells = MATRIX.filter(({ database, adapter }) => (database === 'SQLite') === (adapter === 'Express'));
  onTrackers(cells, tests, setup);
}

function onTrackers(cells: typeof MATRIX, tests: Tests, setup: Setup): void {
  describe.each(cells)('on $database with $adapter', (cell) => {
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
