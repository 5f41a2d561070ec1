import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickSearch } from '../../src/clicks/click-search.service.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { click } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { turnsDuring } from '../support/turns-during.js';

const MANY = 25_000;
const CHANNELS = "CASE WHEN n.i IN (3, 9000, 12000, 24000) THEN 'rare' ELSE channel END";

describe('a search among many clicks on SQLite', () => {
  let database: TestDatabase;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    tracker = await startTracker({ database });
    const id = await click(tracker, 'boots');
    const [row] = await database.query('SELECT * FROM tallyback_clicks');
    const others = Object.keys(row ?? {}).filter((name) => !['id', 'channel', '_metadata'].includes(name));
    await database.query(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
        INSERT INTO tallyback_clicks (id, channel, ${others})
        SELECT '${id.slice(0, 10)}' || printf('%016d', n.i), ${CHANNELS}, ${others} FROM tallyback_clicks, n WHERE id = $1`,
      [id],
    );
  });
  afterAll(async () => {
    await tracker.close();
    await database.drop();
  });
  const list = (query: string, limit: number, after?: string) =>
    tracker.get(ClickSearch).list(new URLSearchParams(query), { limit, after });

  it('lets other requests be answered, and finds nothing where there is nothing', async () => {
    await tracker.get(ClickSearch).list(new URLSearchParams(), { limit: 1, after: undefined });
    const turns = await turnsDuring(async () => expect((await list('channel=none', 10)).items).toEqual([]));
    expect(turns).toBeGreaterThanOrEqual(Math.floor(MANY / 10_000));
  });

  it('finds the few that match, newest first, page by page', async () => {
    const first = await list('channel=rare', 3);
    const second = await list('channel=rare', 3, first.items[2]?.id);
    const numbers = [...first.items, ...second.items].map(({ id }) => Number(id.slice(10)));
    expect(numbers).toEqual([24_000, 12_000, 9_000, 3]);
    expect([first.next !== null, second.next]).toEqual([true, null]);
    expect((await list('channel=rare', 4)).next).toBeNull();
  });
});
