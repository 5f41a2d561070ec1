import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConversionSearch, ConversionsService } from '../../src/index.js';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { intakesOf } from '../support/intakes.js';
import { unique } from '../support/messages.js';
import { SetClock } from '../support/on-every-database.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const TEN_MINUTES = 600_000;

describe('two trackers on one database whose clocks differ', () => {
  let database: TestDatabase;
  const ahead = new SetClock();
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    database = await createPostgresDatabase();
    ahead.time += TEN_MINUTES;
    for (const now of [ahead.now, () => Date.now()]) trackers.push(await startTracker({ database, now }));
  });
  afterAll(async () => {
    await Promise.all(trackers.map((tracker) => tracker.close()));
    await database?.drop();
  });

  const storyOf = async (transactionId: string): Promise<readonly unknown[]> => {
    const search = (trackers[0] as Tracker).get(ConversionSearch);
    const { items } = await search.list(new URLSearchParams({ transactionId }), { limit: 1, after: undefined });
    return (items[0]?.ledger ?? []).map(({ newStatus }) => newStatus);
  };

  it('tell the story of a conversion in the order in which it happened, and when a clock is set back', async () => {
    const transactionId = unique();
    const tell = async (tracker: Tracker, status: 'pending' | 'approved' | 'refunded') => {
      const intake = await intakesOf(tracker);
      const type = status === 'pending' ? 'conversion.created' : 'conversion.updated';
      const result = await tracker.get(ConversionsService).record(intake({ transactionId, status }, type));
      return result.accepted ? result.outcome : result.refusal.reason;
    };
    const [fast, slow] = trackers as [Tracker, Tracker];
    expect(await tell(fast, 'pending')).toBe('unattributed');
    expect(await tell(slow, 'approved')).toBe('updated');
    ahead.time -= 2 * TEN_MINUTES;
    expect(await tell(fast, 'refunded')).toBe('updated');
    expect(await storyOf(transactionId)).toEqual(['pending', 'approved', 'refunded']);
  });
});
