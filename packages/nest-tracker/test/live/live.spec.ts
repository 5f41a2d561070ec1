import { afterEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { trackerEntities } from '../../src/index.js';
import { catalogWith, QUICK } from '../partner-postbacks/outbound.js';
import { createPostgresDatabase, createSqliteDatabase, DATABASES } from '../support/databases.js';
import { LiveReader } from '../support/live-reader.js';
import { report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { ok, startPartner } from '../support/partner-server.js';
import { click, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const readers: LiveReader[] = [];
const watch = (tracker: Tracker, options?: { query?: string; lastId?: string }) => {
  const reader = new LiveReader(tracker, options);
  readers.push(reader);
  return reader.open();
};
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

onEveryTracker((current) => {
  describe('GET /v1/live', () => {
    it('tells clicks, conversions and postbacks as they commit, by catalog keys', async () => {
      const { tracker } = current;
      const reader = await watch(tracker);
      expect([reader.status, reader.contentType]).toEqual([200, 'text/event-stream; charset=utf-8']);
      const clickId = await click(tracker, 'boots');
      const transactionId = unique();
      const { body } = await report(tracker, { clickId, transactionId, revenue: '50.00', currency: 'EUR' });
      const events = await reader.until(3);
      expect(events.map(({ event }) => event)).toEqual(['click', 'conversion', 'postback']);
      const keys = { campaign: 'boots', offer: 'boots', partner: 'blog', advertiser: 'acme' };
      expect(events[0]?.data).toMatchObject({ id: clickId, bot: false, ...keys });
      expect(events[1]?.data).toMatchObject({
        id: body.conversionId,
        outcome: 'recorded',
        transactionId,
        revenue: { amount: '50.00', currency: 'EUR' },
        payout: { amount: '5.00', currency: 'EUR' },
        ...keys,
      });
      expect(events[2]?.data).toMatchObject({ direction: 'in', outcome: 'recorded', status: 201, transactionId });
      expect(JSON.stringify(events)).not.toMatch(/127\.0\.0|Mozilla/);
    });

    it('tells only the types that are asked for', async () => {
      const { tracker } = current;
      const reader = await watch(tracker, { query: '?types=conversion' });
      await click(tracker, 'boots');
      await report(tracker, { transactionId: unique() });
      const [event] = await reader.until(1);
      expect(event).toMatchObject({ event: 'conversion', data: { outcome: 'unattributed' } });
    });

    it('goes on after the last event that a reader has seen, without a gap and without a repetition', async () => {
      const { tracker } = current;
      const reader = await watch(tracker, { query: '?types=click' });
      const ids = [await click(tracker, 'boots'), await click(tracker, 'boots'), await click(tracker, 'boots')];
      const [first] = await reader.until(3);
      reader.close();
      ids.push(await click(tracker, 'boots'));
      const again = await watch(tracker, { query: '?types=click', lastId: first?.id as string });
      ids.push(await click(tracker, 'boots'));
      expect((await again.until(4)).map(({ data }) => data.id)).toEqual(ids.slice(1));
    });

    it('is the operator’s alone, and refuses what has no sense', async () => {
      const { tracker } = current;
      expect((await send(tracker, '/v1/live')).status).toBe(401);
      expect((await manage(tracker, '/v1/live?types=clicks')).status).toBe(400);
      expect((await manage(tracker, '/v1/live?lastEventId=7')).status).toBe(400);
    });
  });
});

describe.each(DATABASES)('GET /v1/live on $database', ({ database: name, createDatabase }) => {
  it('ends when the tracker does, and goes on from the database when it comes back', async () => {
    const database = await createDatabase();
    const adapter = name === 'SQLite' ? 'Express' : 'Fastify';
    let tracker = await startTracker({ database, adapter });
    try {
      const reader = await watch(tracker);
      const clickId = await click(tracker, 'boots');
      const [seen] = await reader.until(1);
      const unseen = await watch(tracker, { query: '?types=conversion' });
      await report(tracker, { clickId, transactionId: 'while-away' });
      await unseen.until(1);
      await tracker.close();
      await Promise.all([reader.ended, unseen.ended]);
      tracker = await startTracker({ database, adapter });
      const again = await watch(tracker, { lastId: seen?.id as string });
      const events = await again.until(2);
      expect(events.map(({ event, data }) => [event, data.transactionId ?? data.id])).toEqual(
        expect.arrayContaining([['conversion', 'while-away']]),
      );
      await tracker.close();
      await again.ended;
    } finally {
      await tracker.close();
      await database.drop();
    }
  });
});

describe('GET /v1/live', () => {
  it('tells attempts to tell partners, too', async () => {
    const [database, partner] = await Promise.all([createSqliteDatabase(), startPartner()]);
    partner.answer = ok;
    const seed = catalogWith([{ url: `${partner.url}/pb?id={external_id}`, on: ['purchase'], allowHttp: true }]);
    const tracker = await startTracker({ database, options: { seed, partnerPostbacks: QUICK } });
    try {
      const reader = await watch(tracker, { query: '?types=postback' });
      const clickId = await click(tracker, 'spring', 'external_id=x1');
      await report(tracker, { clickId, transactionId: unique() });
      const events = await reader.until(2);
      expect(events.map(({ data }) => [data.direction, data.outcome])).toEqual([
        ['in', 'recorded'],
        ['out', 'delivered'],
      ]);
    } finally {
      await tracker.close();
      await partner.close();
      await database.drop();
    }
  });
});

describe('two trackers on one PostgreSQL', () => {
  it('tell what happens on both, in the same order', async () => {
    const database = await createPostgresDatabase();
    const trackers = [await startTracker({ database }), await startTracker({ database })] as const;
    try {
      const alone = await watch(trackers[0], { query: '?types=click' });
      const elsewhere = await click(trackers[1], 'boots');
      expect((await alone.until(1)).map(({ data }) => data.id)).toEqual([elsewhere]);
      const all = await Promise.all(trackers.map((tracker) => watch(tracker, { query: '?types=click' })));
      await Promise.all(Array.from({ length: 20 }, (_, i) => click(trackers[i % 2] as Tracker, 'boots')));
      const [here, there] = await Promise.all(all.map((reader) => reader.until(20)));
      expect(here?.map(({ id }) => id)).toEqual(there?.map(({ id }) => id));
      expect(new Set(here?.map(({ data }) => data.id)).size).toBe(20);
    } finally {
      for (const tracker of trackers) await tracker.close();
      await database.drop();
    }
  });

  it('end their streams when the listening connection is lost, and take them up again', async () => {
    const database = await createPostgresDatabase();
    const tracker = await startTracker({ database });
    try {
      const reader = await watch(tracker);
      await click(tracker, 'boots');
      const [seen] = await reader.until(1);
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
      );
      await reader.ended;
      const missed = await click(tracker, 'boots');
      const again = await watch(tracker, { lastId: seen?.id as string });
      expect((await again.until(2)).map(({ data }) => data.id)).toContain(missed);
    } finally {
      await tracker.close();
      await database.drop();
    }
  });
});

describe('two trackers in schemas of their own in one PostgreSQL database', () => {
  it('hear nothing of each other', async () => {
    const database = await createPostgresDatabase();
    const { url } = database.options as { url: string };
    const trackers: Tracker[] = [];
    const sources: DataSource[] = [];
    try {
      for (const schema of ['one', 'two']) {
        const dataSource = new DataSource({ type: 'postgres', url, schema, entities: [...trackerEntities] });
        sources.push(await dataSource.initialize());
        trackers.push(await startTracker({ database, options: { database: undefined, dataSource } }));
      }
      const [one, two] = trackers as [Tracker, Tracker];
      const [ofOne, ofTwo] = [await watch(one), await watch(two)];
      const clicks = [await click(one, 'boots'), await click(two, 'boots'), await click(one, 'boots')];
      expect((await ofOne.until(2)).map(({ data }) => data.id)).toEqual([clicks[0], clicks[2]]);
      expect((await ofTwo.until(1)).map(({ data }) => data.id)).toEqual([clicks[1]]);
    } finally {
      for (const tracker of trackers) await tracker.close();
      for (const dataSource of sources) await dataSource.destroy();
      await database.drop();
    }
  });
});
