import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { ok, type PartnerServer, says, startPartner } from '../support/partner-server.js';
import { click, type Json } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';
import { startTrackerProcess, type TrackerProcess } from '../support/tracker-process.js';
import { catalogWith, externalId, outboundLog } from './outbound.js';

const CONVERSIONS = 60;

describe.each(DATABASES)('a tracker on $database that is killed while it tells partners', ({ createDatabase }) => {
  let database: TestDatabase;
  let partner: PartnerServer;
  let tracker: TrackerProcess | undefined;
  beforeAll(async () => {
    [database, partner] = await Promise.all([createDatabase(), startPartner()]);
  });
  afterAll(async () => {
    await tracker?.kill();
    await partner.close();
    await database.drop();
  });

  it('has told of every conversion that it accepted, once it is back', async () => {
    const options = {
      database: database.options,
      seed: catalogWith([{ url: `${partner.url}/?id={external_id}&tx={transaction_id}`, allowHttp: true }]),
      partnerPostbacks: {
        allowPrivateAddresses: true,
        // More than can fail before the kill: each of those that follow has time that a busy machine does not take away.
        retrySchedule: [50, 50, 50, 50, 50, 1_000, 2_000, 3_000],
        attemptTimeoutMs: 100,
        leaseMs: 5_100,
      },
    };
    // Every kind of trouble, so that at the kill some wait, some are being sent, and some are done.
    let requests = 0;
    partner.answer = (told, response) => {
      requests += 1;
      const trouble = [ok, says(503), () => undefined][requests % 3];
      trouble?.(told, response);
    };
    const first = await startTrackerProcess(options);
    tracker = first;
    const accepted: string[] = [];
    const all = Array.from({ length: CONVERSIONS }, async () => {
      const clickId = await click(first as unknown as Tracker, 'spring', `external_id=${externalId()}`);
      const transactionId = unique();
      const { status } = await report(first as unknown as Tracker, { clickId, transactionId });
      if (status === 201) accepted.push(transactionId);
    });
    const ended = Promise.allSettled(all);
    await partner.heard(20);
    await first.kill();
    await ended;
    expect(accepted.length).toBeGreaterThan(0);
    partner.answer = ok;
    const before = partner.told.length;
    const second = await startTrackerProcess(options);
    tracker = second;
    for (let waiting: Json[]; ; ) {
      waiting = await outboundLog(second, { state: 'pending' });
      if (waiting.length === 0 && (await outboundLog(second, { state: 'sending' })).length === 0) break;
      await partner.heard(partner.told.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(before).toBeLessThanOrEqual(partner.told.length);
    const told = new Set(partner.told.map(({ query }) => query.get('tx')));
    expect(accepted.filter((transaction) => !told.has(transaction))).toEqual([]);
    expect(await outboundLog(second, { state: 'dead' })).toEqual([]);
    await second.stop();
    tracker = undefined;
  }, 60_000);
});
