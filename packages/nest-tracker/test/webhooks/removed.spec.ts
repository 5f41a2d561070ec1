import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { CatalogService } from '../../src/index.js';
import { catalogWith, externalId, logged, outboundLog, QUICK } from '../partner-postbacks/outbound.js';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { type PartnerServer, says, startPartner } from '../support/partner-server.js';
import { click, manage } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

describe('what a process writes for a webhook that another one has removed', () => {
  let database: TestDatabase;
  let host: PartnerServer;
  let first: Tracker;
  let second: Tracker;
  let time = Date.now();
  // By this clock a catalog stays fresh until it is read again.
  const now = () => {
    time += 1;
    return time;
  };
  const setup = () => ({ database, options: { seed: catalogWith([]), partnerPostbacks: QUICK } });
  beforeAll(async () => {
    [database, host] = await Promise.all([createPostgresDatabase(), startPartner()]);
    host.answer = says(500);
    first = await startTracker(setup());
    second = await startTracker({ ...setup(), now });
  });
  afterAll(async () => {
    await Promise.all([first?.close(), second?.close()]);
    await host.close();
    await database.drop();
  });

  /** The second process tells of a conversion by a catalog in which the webhook still is. */
  async function convertBehindTheTimes(): Promise<string> {
    const key = unique('hook').toLowerCase();
    const body = { key, url: `${host.url}/${key}`, secret: createSecret(), allowHttp: true };
    expect((await manage(first, '/v1/webhooks', { method: 'POST', body })).status).toBe(201);
    const clickId = await click(second, 'spring', `external_id=${externalId()}`);
    const catalog = second.get(CatalogService);
    await catalog.refresh();
    const old = await catalog.snapshot();
    expect((await manage(first, `/v1/webhooks/${key}`, { method: 'DELETE' })).status).toBe(204);
    const { body: answer } = await report(second, { clickId, transactionId: unique() });
    expect(await catalog.snapshot()).toBe(old);
    const conversion = String(answer.conversionId);
    expect(await outboundLog(first, { conversion })).toMatchObject([{ webhook: key }]);
    expect(await outboundLog(first, { webhook: key })).toMatchObject([{ conversionId: conversion }]);
    return conversion;
  }

  it('is not sent any more once it sees so', async () => {
    const conversion = await convertBehindTheTimes();
    await second.get(CatalogService).refresh();
    const [row] = await logged(first, { conversion, state: 'skipped' }, 1);
    expect(row).toMatchObject({ answer: 'the webhook was removed' });
  });

  it('waits for nobody when the process ends before it sees so: the next start drops it', async () => {
    const conversion = await convertBehindTheTimes();
    await second.close();
    second = await startTracker({ ...setup(), now });
    const [row] = await logged(first, { conversion, state: 'skipped' }, 1);
    expect(row).toMatchObject({ answer: 'the webhook was removed' });
    expect((await manage(first, '/health')).body).toMatchObject({ queue: { pending: 0, sending: 0 } });
  });
});
