import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TrackerOptions } from '../../src/index.js';
import { Retention } from '../../src/index.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { SetClock } from '../support/on-every-database.js';
import { click, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const DAY = 86_400_000;
const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.6723.91 Safari/537.36';

describe.each(DATABASES)('what is stored of a visitor on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  const clock = new SetClock();
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  async function withTracker<T>(options: Partial<TrackerOptions>, use: (tracker: Tracker) => Promise<T>): Promise<T> {
    const tracker = await startTracker({ database, options, now: clock.now, behindProxy: true });
    try {
      return await use(tracker);
    } finally {
      await tracker.close();
    }
  }

  async function visit(tracker: Tracker, ip: string) {
    const headers = { 'x-forwarded-for': ip, 'user-agent': CHROME };
    const location = (await send(tracker, '/c/boots', { headers })).headers.location ?? '';
    const id = new URL(location).searchParams.get('clickid');
    const [row] = await database.query('SELECT ip, user_agent, visitor FROM tallyback_clicks WHERE id = $1', [id]);
    return row as { ip: string | null; user_agent: string | null; visitor: string };
  }

  it('is by default the network of the address and the reduced user agent', async () => {
    await withTracker({}, async (tracker) => {
      const { ip, user_agent } = await visit(tracker, '198.51.100.23');
      expect([ip, user_agent]).toEqual(['198.51.100.0', expect.stringContaining('Chrome/130.0.0.0 ')]);
      expect((await visit(tracker, '::ffff:198.51.100.23')).ip).toBe('198.51.100.0');
    });
  });

  it('is nothing at all, or everything, when the options say so', async () => {
    await withTracker({ keepIp: 'none', keepUserAgent: 'none' }, async (tracker) => {
      expect(await visit(tracker, '198.51.100.23')).toMatchObject({ ip: null, user_agent: null });
    });
    await withTracker({ keepIp: 'full', keepUserAgent: 'full' }, async (tracker) => {
      expect(await visit(tracker, '198.51.100.23')).toMatchObject({ ip: '198.51.100.23', user_agent: CHROME });
    });
  });

  const HASHED = { keepIp: 'hash', keepUserAgent: 'hash' } as const;

  it('is a hash that two processes make alike on one day, and nobody on the next', async () => {
    clock.time = Date.parse('2031-03-04T10:00:00Z');
    const today = await withTracker(HASHED, (tracker) => visit(tracker, '198.51.100.23'));
    const again = await withTracker(HASHED, (tracker) => visit(tracker, '198.51.100.23'));
    const other = await withTracker(HASHED, (tracker) => visit(tracker, '198.51.100.24'));
    expect(today.ip).toMatch(/^hash:[\w-]{22}$/);
    expect(today.user_agent).toMatch(/^hash:[\w-]{22}$/);
    expect(again).toEqual(today);
    expect(other.ip).not.toBe(today.ip);
    clock.time += DAY;
    const tomorrow = await withTracker(HASHED, (tracker) => visit(tracker, '198.51.100.23'));
    for (const name of ['ip', 'user_agent', 'visitor'] as const) expect(tomorrow[name]).not.toBe(today[name]);
  });

  it('is not tied to a past day by anything that is kept: its key leaves the database', async () => {
    const keyOf = async () =>
      (await database.query(`SELECT value FROM tallyback_settings WHERE name = 'day_key'`))[0]?.value;
    await withTracker(HASHED, async (tracker) => {
      const before = await keyOf();
      clock.time += DAY;
      const { visitor } = await visit(tracker, '198.51.100.23');
      await tracker.get(Retention).sweep();
      expect(await keyOf()).not.toBe(before);
      expect((await visit(tracker, '198.51.100.23')).visitor).toBe(visitor);
    });
  });

  it('is the same hash on every day with a key of the host’s', async () => {
    const options = { ...HASHED, hashKey: 'a key of thirty-two characters!!' };
    const today = await withTracker(options, (tracker) => visit(tracker, '198.51.100.23'));
    clock.time += DAY;
    const tomorrow = await withTracker(options, (tracker) => visit(tracker, '198.51.100.23'));
    expect([tomorrow.ip, tomorrow.user_agent]).toEqual([today.ip, today.user_agent]);
    expect(tomorrow.visitor).not.toBe(today.visitor);
    await expect(withTracker({ hashKey: 'short' }, async () => undefined)).rejects.toThrow('hashKey');
  });

  it('is no more of the sender of a postback', async () => {
    await withTracker(HASHED, async (tracker) => {
      const clickid = await click(tracker, 'boots');
      await send(tracker, `/postback?clickid=${clickid}&txid=1`, { headers: { 'x-forwarded-for': '198.51.100.23' } });
      const rows = await database.query('SELECT ip FROM tallyback_inbound_postbacks WHERE click_id = $1', [clickid]);
      expect(rows).toEqual([{ ip: expect.stringMatching(/^hash:/) }]);
    });
  });
});
