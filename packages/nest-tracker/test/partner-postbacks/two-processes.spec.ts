import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { type PartnerServer, startPartner } from '../support/partner-server.js';
import { click } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { catalogWith, externalId, logged, QUICK } from './outbound.js';

const CONVERSIONS = 120;

describe('two trackers on one PostgreSQL', () => {
  let database: TestDatabase;
  let partner: PartnerServer;
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    [database, partner] = await Promise.all([createPostgresDatabase(), startPartner()]);
    const url = `${partner.url}/?id={external_id}&tx={transaction_id}`;
    const seed = catalogWith([{ url, allowHttp: true }]);
    const options = { seed, partnerPostbacks: QUICK };
    trackers.push(...(await Promise.all([startTracker({ database, options }), startTracker({ database, options })])));
  });
  afterAll(async () => {
    await Promise.all(trackers.map((tracker) => tracker.close()));
    await partner.close();
    await database.drop();
  });

  it('tell a partner of each conversion once, whoever of them took it', async () => {
    const [first, second] = trackers as [Tracker, Tracker];
    const all = Array.from({ length: CONVERSIONS }, async (_, i) => {
      const tracker = i % 2 ? first : second;
      const clickId = await click(tracker, 'spring', `external_id=${externalId()}`);
      const transactionId = unique();
      await report(tracker, { clickId, transactionId });
      return transactionId;
    });
    const transactions = await Promise.all(all);
    await logged(first, { state: 'delivered', limit: '1000' }, CONVERSIONS);
    const told = partner.told.map(({ query }) => query.get('tx'));
    expect(told.sort()).toEqual(transactions.sort());
  });
});
