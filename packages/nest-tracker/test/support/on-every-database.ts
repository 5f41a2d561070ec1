import { afterAll, beforeAll, describe } from '@jest/globals';
import { DATABASES, type TestDatabase } from './databases.js';
import type { Current } from './on-every-tracker.js';
import { startTracker, type TrackerSetup } from './start-tracker.js';

/** A tracker's clock that a test sets. */
export class SetClock {
  time = Date.now();

  readonly now = (): number => this.time;

  /** Sets the clock to an RFC 3339 time. */
  set(time: string): void {
    this.time = Date.parse(time);
  }

  get date(): Date {
    return new Date(this.time);
  }
}

/** Runs the same tests on SQLite and PostgreSQL, with a clock that the tests set. */
export function onEveryDatabase(
  tests: (current: Current, clock: SetClock) => void,
  options: TrackerSetup['options'] = {},
): void {
  describe.each(DATABASES)('on $database', ({ database: name, createDatabase }) => {
    const current = {} as Current;
    const clock = new SetClock();
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase();
      const adapter = name === 'SQLite' ? 'Express' : 'Fastify';
      current.tracker = await startTracker({ database, adapter, now: clock.now, options });
    });
    afterAll(async () => {
      await current.tracker?.close();
      await database.drop();
    });
    tests(current, clock);
  });
}
