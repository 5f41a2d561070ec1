import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
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
    const seed = catalogWith([{ key: 'a', url, allowHttp: true, status: ['approved', 'refunded'] }]);
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

  it('says when it is replayed but held, since its postback is paused or gone, and goes when nothing holds it', async () => {
    partner.answer = says(410, 'closed');
    const clickId = await click(tracker, 'spring', `external_id=${externalId()}`);
    const { body } = await report(tracker, { clickId, transactionId: unique(), revenue: '1.00', currency: 'EUR' });
    const conversionId = String(body.conversionId);
    const [dead] = await logged(tracker, { conversionId, state: 'dead' }, 1);
    expect(dead).toMatchObject({ held: null });
    // What was on its way when it was paused comes back, and waits.
    partner.answer = says(503, 'down');
    const act = (what: string) =>
      manage(tracker, `/v1/partners/blog/postbacks/a/${what}`, { method: 'POST', body: {} });
    await act('pause');
    const all = await manage(tracker, `/v1/postbacks/out/replay?conversionId=${conversionId}`, { method: 'POST' });
    expect(all.body).toEqual({ replayed: 1, held: 1, next: null });
    let answer = await replay(dead?.id);
    while (answer.body.state !== 'pending') answer = await replay(dead?.id);
    expect(answer.status).toBe(200);
    expect(answer.body.held).toMatch(/postback is paused.*when that is resumed/);

    const { postbacks } = (await manage(tracker, '/v1/partners/blog')).body;
    await tracker.get(CatalogService).apply({ partners: [{ key: 'blog', postbacks: [] }] });
    const [left] = await logged(tracker, { conversionId, state: 'pending' }, 1);
    expect(left?.held).toMatch(/no postback of its key/);
    partner.answer = ok;
    await tracker.get(CatalogService).apply({ partners: [{ key: 'blog', postbacks }] });
    await act('resume');
    let row = left;
    while (row?.state !== 'delivered') {
      await replay(dead?.id);
      [row] = await outboundLog(tracker, { conversionId });
    }
    expect(row.held).toBeNull();
  });
});
