import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { decide, report, unique } from '../support/messages.js';
import { ok, type PartnerServer, says, startPartner } from '../support/partner-server.js';
import { click, type Json, manage } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { catalogWith, externalId, logged, outboundLog } from './outbound.js';

const HOUR_MS = 3_600_000;

describe.each(DATABASES)('a postback that waits for its next attempt on $database', ({ createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  let partner: PartnerServer;
  beforeAll(async () => {
    [database, partner] = await Promise.all([createDatabase(), startPartner()]);
    const url = `${partner.url}/?id={external_id}&is={status}`;
    const seed = catalogWith([{ url, allowHttp: true, status: ['approved', 'refunded'] }]);
    const partnerPostbacks = { allowPrivateAddresses: true, retrySchedule: [HOUR_MS, HOUR_MS] };
    tracker = await startTracker({ database, options: { seed, partnerPostbacks } });
  });
  afterAll(async () => {
    await tracker?.close();
    await partner.close();
    await database.drop();
  });

  const replay = (id: unknown) => manage(tracker, `/v1/postbacks/out/${id}/replay`, { method: 'POST' });

  it('is tried now when somebody replays it, and what waits behind it goes when it has gone', async () => {
    partner.answer = says(503, 'down');
    const clickId = await click(tracker, 'spring', `external_id=${externalId()}`);
    const order = { clickId, transactionId: unique() };
    const { body } = await report(tracker, { ...order, revenue: '1.00', currency: 'EUR' });
    const conversionId = String(body.conversionId);
    let first: Json | undefined;
    while (first?.attempts !== 1 || first.state !== 'pending') [first] = await outboundLog(tracker, { conversionId });
    await decide(tracker, { ...order, status: 'refunded' });
    const [behind] = await logged(tracker, { conversionId }, 2);
    expect(behind).toMatchObject({ state: 'pending', attempts: 0 });
    partner.answer = ok;
    expect((await replay(first.id)).status).toBe(200);
    await logged(tracker, { conversionId, state: 'delivered' }, 2);
    const told = partner.told.map(({ target }) => new URL(target, partner.url).searchParams.get('is'));
    expect(told).toEqual(['approved', 'approved', 'refunded']);
    expect((await replay(first.id)).status).toBe(409);
  });
});
