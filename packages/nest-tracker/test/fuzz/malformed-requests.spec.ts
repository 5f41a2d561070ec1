import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { click, send } from '../support/requests.js';
import { ADAPTERS, startTracker, type Tracker } from '../support/start-tracker.js';
import { fuzz } from './fuzz-run.js';

// `npm run fuzz` sets these for a long run.
const REQUESTS = Number(process.env.TALLYBACK_FUZZ_REQUESTS ?? 1_000);
const SEED = Number(process.env.TALLYBACK_FUZZ_SEED ?? 20_261_122);
const TIME_LIMIT_MS = 60_000 + REQUESTS * 20;
/** What a run may leave on the heap: caches that fill up, code that was compiled. A leak of 1 KB a request is above it. */
const HEAP_GROWTH = 24 * 1024 * 1024 + REQUESTS * 200;

describe.each(ADAPTERS)('malformed requests over %s', (adapter) => {
  let database: TestDatabase;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    tracker = await startTracker({ database, adapter });
  });
  afterAll(async () => {
    await tracker?.close();
    await database.drop();
  });

  it(
    'get a documented answer and a row in the log, and leave nothing behind',
    async () => {
      const { faults, statuses, heap } = await fuzz(tracker, REQUESTS, SEED);
      expect(faults).toEqual([]);
      expect(
        Object.keys(statuses)
          .map(Number)
          .filter((status) => status >= 500),
      ).toEqual([]);
      // It is no fuzz that only ever runs into the same wall.
      expect(Object.keys(statuses).length).toBeGreaterThanOrEqual(8);
      expect(heap[1] - heap[0]).toBeLessThan(HEAP_GROWTH);
      expect(await openConnections(tracker)).toBe(0);
      expect(await click(tracker, 'boots')).toMatch(/^[0-9a-z]{26}$/);
      expect((await send(tracker, '/health')).status).toBe(200);
    },
    TIME_LIMIT_MS,
  );
});

/** The server hears of a client's end a little after the client; a connection that hangs stays. */
async function openConnections(tracker: Tracker): Promise<number> {
  const server = tracker.app.getHttpServer() as { getConnections(done: (error: unknown, count: number) => void): void };
  let open = 0;
  for (let turn = 0; turn < 1_000; turn++) {
    open = await new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
    if (open === 0) break;
    await new Promise(setImmediate);
  }
  return open;
}
