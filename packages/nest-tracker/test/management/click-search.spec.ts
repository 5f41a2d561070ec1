import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickSearch } from '../../src/clicks/click-search.service.js';
import { Click } from '../../src/index.js';
import { NewestRows } from '../../src/storage/newest-rows.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { click } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { turnsDuring } from '../support/turns-during.js';

const MANY = 25_000;
const CHANNELS = "CASE WHEN n.i IN (3, 9000, 12000, 24000) THEN 'rare' ELSE channel END";
const CUSTOMERS = "CASE WHEN n.i IN (5, 17000) THEN 'regular' ELSE NULL END";

describe.each(DATABASES)('a search among many clicks on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  beforeAll(async () => {
    database = await createDatabase();
    tracker = await startTracker({ database });
    const id = await click(tracker, 'boots');
    const [row] = await database.query('SELECT * FROM tallyback_clicks');
    const changed = ['id', 'channel', 'customer_id', '_metadata'];
    const others = Object.keys(row ?? {}).filter((column) => !changed.includes(column));
    const padded = name === 'SQLite' ? "printf('%016d', n.i)" : "lpad(n.i::text, 16, '0')";
    await database.query(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
        INSERT INTO tallyback_clicks (id, channel, customer_id, ${others})
        SELECT '${id.slice(0, 10)}' || ${padded}, ${CHANNELS}, ${CUSTOMERS}, ${others} FROM tallyback_clicks, n WHERE id = $1`,
      [id],
    );
  });
  afterAll(async () => {
    await tracker.close();
    await database.drop();
  });
  const list = (query: string, limit: number, after?: string) =>
    tracker.get(ClickSearch).list(new URLSearchParams(query), { limit, after });
  const numberOf = ({ id }: { id: string }) => Number(id.slice(10));

  it('lets other requests be answered, and finds nothing where there is nothing', async () => {
    await list('', 1);
    const turns = await turnsDuring(async () => expect((await list('channel=none', 10)).items).toEqual([]));
    expect(turns).toBeGreaterThanOrEqual(Math.floor(MANY / 10_000));
  });

  it('finds the few that match, newest first, page by page', async () => {
    const first = await list('channel=rare', 3);
    const second = await list('channel=rare', 3, first.items[2]?.id);
    expect([...first.items, ...second.items].map(numberOf)).toEqual([24_000, 12_000, 9_000, 3]);
    expect([first.next !== null, second.next]).toEqual([true, null]);
    expect((await list('channel=rare', 4)).next).toBeNull();
    const unknown = [
      await list('channel=rare&partner=nobody', 4),
      await list('customerId=regular&advertiser=nobody', 4),
    ];
    expect(unknown).toEqual([
      { items: [], next: null },
      { items: [], next: null },
    ]);
  });

  it('looks through so many for a page, and says where it goes on', async () => {
    const search = tracker.get(ClickSearch);
    const { clicks } = search as unknown as { clicks: NewestRows<Click> };
    Object.assign(search, { clicks: new NewestRows(tracker.get(TrackerStorage), Click, 1) });
    const pages: number[][] = [];
    let after: string | undefined;
    do {
      const page = await list('channel=rare', 2, after);
      pages.push(page.items.map(numberOf));
      after = page.next ?? undefined;
    } while (after !== undefined);
    // What was seen of the part of the last page is not looked through again: parts begin where pages end.
    expect(pages).toEqual([[24_000], [12_000, 9_000], [3]]);
    // An index leads to a customer's, however far away they are.
    expect((await list('customerId=regular', 10)).items.map(numberOf)).toEqual([17_000, 5]);
    expect(await list('channel=none', 10)).toMatchObject({ items: [], next: expect.any(String) });
    Object.assign(search, { clicks });
  });
});
