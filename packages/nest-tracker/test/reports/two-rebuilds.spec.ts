import { describe, expect, it, jest } from '@jest/globals';
import { ReportsService } from '../../src/index.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { createSqliteDatabase } from '../support/databases.js';
import { click } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

describe('two trackers on one SQLite file', () => {
  it('put the same sums right at the same time, once', async () => {
    const database = await createSqliteDatabase();
    const trackers = [await startTracker({ database }), await startTracker({ database })];
    try {
      for (const tracker of trackers) await click(tracker, 'boots');
      await database.query('UPDATE tallyback_rollups SET clicks = clicks + 5');
      const [first, second] = trackers as [Tracker, Tracker];
      const rebuild = (tracker: Tracker, verify = false) => tracker.get(ReportsService).rebuild({ verify });
      const storage = second.get(TrackerStorage);
      const run = storage.run.bind(storage);
      let meanwhile: Promise<unknown> | undefined;
      // The second has looked for the ends, has found what differs, and is about to write it: the first puts it right.
      jest
        .spyOn(storage, 'run')
        .mockImplementationOnce(run)
        .mockImplementationOnce(async (work) => {
          meanwhile = rebuild(first);
          await meanwhile;
          return run(work);
        });
      expect(await rebuild(second)).toMatchObject({ differing: 0 });
      expect(await meanwhile).toMatchObject({ corrected: true });
      expect(await rebuild(first, true)).toMatchObject({ differing: 0 });
    } finally {
      for (const tracker of trackers) await tracker.close();
      await database.drop();
    }
  });
});
