import { describe, expect, it } from '@jest/globals';
import { createSqliteDatabase } from '../support/databases.js';
import { type Json, manage, send } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const seed = catalogOf([offerOf('boots', { name: 'Boots' }), offerOf('hats')]);

async function patch(tracker: Tracker, path: string, body: Json): Promise<void> {
  const { status } = await manage(tracker, path, { method: 'PATCH', body, etag: '*' });
  expect(status).toBe(200);
}

describe('a seed and the management routes', () => {
  it('live together: a restart undoes no change until the seed itself says something else', async () => {
    const database = await createSqliteDatabase();
    const start = (given: Json) => startTracker({ database, options: { seed: given } });
    const nameOf = async (tracker: Tracker, key: string) => (await manage(tracker, `/v1/offers/${key}`)).body.name;
    let tracker = await start(seed);
    try {
      await patch(tracker, '/v1/offers/boots', { name: 'Winter boots' });
      await tracker.close();
      tracker = await start(seed);
      expect(await nameOf(tracker, 'boots')).toBe('Winter boots');
      await tracker.close();
      tracker = await start({ ...seed, offers: [offerOf('boots', { name: 'Summer boots' }), offerOf('hats')] });
      expect(await nameOf(tracker, 'boots')).toBe('Summer boots');
    } finally {
      await tracker.close();
      await database.drop();
    }
  });

  it('live together: what was archived stays archived, and the seed that names it still boots', async () => {
    const database = await createSqliteDatabase();
    let tracker = await startTracker({ database, options: { seed } });
    try {
      for (const path of ['/v1/campaigns/hats', '/v1/offers/hats']) {
        expect((await manage(tracker, path, { method: 'DELETE', etag: '*' })).status).toBe(204);
      }
      await tracker.close();
      tracker = await startTracker({ database, options: { seed } });
      expect((await manage(tracker, '/v1/campaigns/hats')).body).toHaveProperty('archivedAt');
      expect((await send(tracker, '/c/hats')).status).toBe(404);
    } finally {
      await tracker.close();
      await database.drop();
    }
  });
});
