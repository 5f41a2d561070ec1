import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { Webhook } from 'standardwebhooks';
import { catalogWith, externalId, logged, outboundLog, QUICK } from '../partner-postbacks/outbound.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { change, report, unique } from '../support/messages.js';
import { ok, type PartnerServer, says, startPartner, type Told } from '../support/partner-server.js';
import { click, type Json, manage } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const SECRET = createSecret();

describe.each(DATABASES)('webhooks on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  let host: PartnerServer;
  beforeAll(async () => {
    [database, host] = await Promise.all([createDatabase(), startPartner()]);
    const postback = { url: `${host.url}/partner?id={external_id}`, allowHttp: true, key: 'partner', on: ['lead'] };
    const webhooks = [{ key: 'ledger', url: `${host.url}/ledger`, secret: SECRET, allowHttp: true }];
    const options = { seed: { ...catalogWith([postback]), webhooks }, partnerPostbacks: QUICK };
    tracker = await startTracker({ database, options, adapter: name === 'SQLite' ? 'Express' : 'Fastify' });
  });
  afterAll(async () => {
    await tracker?.close();
    await host.close();
    await database.drop();
  });
  beforeEach(() => {
    host.answer = ok;
  });

  const convert = async (more: Json = {}) => {
    const clickId = await click(tracker, 'spring', `external_id=${externalId()}`);
    const data = { clickId, transactionId: unique(), revenue: '50.00', currency: 'EUR', ...more };
    const { body } = await report(tracker, data);
    return { data, conversion: String(body.conversionId) };
  };
  const heardOf = (conversion: string, path = '/ledger') =>
    host.told.filter((one) => one.path === path && one.body.includes(conversion));
  const read = (told: Told | undefined): Json => {
    // The published library throws when the signature is not right.
    const headers = told?.headers as Record<string, string>;
    return new Webhook(SECRET).verify(told?.body ?? '', headers) as Json;
  };
  /** The first row about a conversion, once its answer is in the log as well. */
  const answered = async (conversion: string, filters: Record<string, string> = {}): Promise<Json> => {
    for (;;) {
      const [row] = await logged(tracker, { conversion, state: 'delivered', ...filters }, 1);
      if (row?.answerStatus !== null) return row ?? {};
    }
  };
  const post = (body: Json) => manage(tracker, '/v1/webhooks', { method: 'POST', body });

  it('tell of a conversion and of every change of it, signed, in order, as the search shows it', async () => {
    const { conversion, data } = await convert({ customerId: 'c-7', metadata: { plan: 'pro' } });
    await change(tracker, { transactionId: data.transactionId, status: 'refunded' });
    await logged(tracker, { conversion, state: 'delivered' }, 2);
    const [recorded, updated] = heardOf(conversion).map(read);
    expect(recorded).toMatchObject({ type: 'conversion.recorded', data: { id: conversion, status: 'approved' } });
    const found = await manage(tracker, `/v1/conversions?transactionId=${data.transactionId}`);
    const { ledger: _, ...item } = (found.body.items as Json[])[0] as Json;
    const previous = { status: 'approved', revenue: item.revenue, payout: item.payout, offer: 'boots' };
    expect(updated).toMatchObject({ type: 'conversion.updated', data: { ...item, previous } });
    expect(item).toMatchObject({ status: 'refunded', customerId: 'c-7', metadata: { plan: 'pro' }, partner: 'blog' });
    const row = await answered(conversion, { webhook: 'ledger', event: 'conversion.recorded' });
    expect(row).toMatchObject({ webhook: 'ledger', partner: null, method: 'POST', answerStatus: 200 });
  });

  it('leave nothing in the log of a person who is erased', async () => {
    const customerId = unique('c');
    const { conversion } = await convert({ customerId });
    const told = await answered(conversion);
    expect(told.body).toContain(customerId);
    await manage(tracker, `/v1/people/${customerId}`, { method: 'DELETE' });
    const left = await manage(tracker, `/v1/postbacks/out/${told.id}`);
    expect(left.body).toMatchObject({ state: 'delivered', url: '', body: null, answer: null });
  });

  it('tell of a conversion without a click', async () => {
    const { body } = await report(tracker, { transactionId: unique(), revenue: '5.00', currency: 'EUR' });
    const conversion = String(body.conversionId);
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    const [told] = heardOf(conversion).map(read);
    expect(told).toMatchObject({ type: 'conversion.unattributed', data: { offer: null, clickId: null } });
  });

  it('are tried again under the same id and with the same bytes until they are taken', async () => {
    const failures = [says(500), says(404), says(302, '', { location: '/elsewhere' })];
    host.answer = (told, response) => (failures.shift() ?? says(204))(told, response);
    const { conversion } = await convert();
    const row = await answered(conversion);
    expect(row).toMatchObject({ attempts: 4, answerStatus: 204 });
    const told = heardOf(conversion);
    expect(told).toHaveLength(4);
    expect(new Set(told.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
    expect(told[0]?.headers['webhook-id']).toBe(row?.id);
    // What a receiver says in words is its own business.
    host.answer = says(200, '{"success":false,"error":"no"}');
    const { conversion: second } = await convert();
    expect(await answered(second)).toMatchObject({ attempts: 1, answerStatus: 200 });
  });

  it('are given up where the receiver is gone, and go out again by a replay', async () => {
    host.answer = says(410);
    const { conversion } = await convert();
    const [row] = await logged(tracker, { conversion, state: 'dead' }, 1);
    host.answer = ok;
    await manage(tracker, `/v1/postbacks/out/${row?.id}/replay`, { method: 'POST' });
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    expect(read(heardOf(conversion)[1])).toMatchObject({ data: { id: conversion } });
  });

  it('tell of a partner’s postback that was given up, and not of their own', async () => {
    host.answer = ({ path }, response) =>
      says(path === '/partner' ? 403 : 200, 'unknown account')({} as Told, response);
    const { conversion } = await convert({ event: 'lead' });
    const [dead] = await logged(tracker, { conversion, event: 'postback.dead', state: 'delivered' }, 1);
    const told = heardOf(conversion).map(read);
    expect(told.find(({ type }) => type === 'postback.dead')).toMatchObject({
      data: { partner: 'blog', postback: 'partner', conversionId: conversion, event: 'lead', answerStatus: 403 },
    });
    expect(dead).toMatchObject({ cause: 'postback', partner: null });
    host.answer = says(410);
    const second = await convert();
    await logged(tracker, { conversion: second.conversion, state: 'dead' }, 1);
    host.answer = ok;
    await convert();
    expect(await outboundLog(tracker, { conversion: second.conversion })).toHaveLength(1);
  });

  it('are made by a route that shows the secret once, tell what they are made for, and end with what waits', async () => {
    const made = await post({ url: `${host.url}/crm`, events: ['conversion.updated'], allowHttp: true });
    expect(made.status).toBe(201);
    const { secret, key } = made.body as { secret: string; key: string };
    expect([secret, key]).toEqual([expect.stringMatching(/^whsec_/), expect.stringMatching(/^127-0-0-1-\d+$/)]);
    for (const path of ['/v1/webhooks', `/v1/webhooks/${key}`, '/v1/audit?kind=webhook']) {
      const { text, status } = await manage(tracker, path);
      expect(status).toBe(200);
      expect(text).toContain(key);
      expect(text).not.toContain(secret);
    }
    host.answer = says(500);
    const { conversion, data } = await convert();
    await change(tracker, { transactionId: data.transactionId, revenue: '60.00', currency: 'EUR' });
    expect(await outboundLog(tracker, { conversion, webhook: key })).toMatchObject([{ event: 'conversion.updated' }]);
    expect((await manage(tracker, `/v1/webhooks/${key}`, { method: 'DELETE' })).status).toBe(204);
    expect((await manage(tracker, `/v1/webhooks/${key}`)).status).toBe(404);
    const left = await outboundLog(tracker, { conversion, event: 'conversion.updated' });
    expect(left.filter(({ webhook }) => webhook !== 'ledger')).toMatchObject([
      { state: 'skipped', answer: 'the webhook was removed' },
    ]);
  });

  it.each([
    [{}, /^url/],
    [{ url: 'ftp://host.example/' }, /https/],
    [{ url: 'https://host.example/a\0b' }, /^url/],
    [{ url: 'https://host.example/a b' }, /^url/],
    [{ url: 'http://host.example/' }, /allowHttp/],
    [{ url: 'https://user:pass@host.example/' }, /password/],
    [{ url: 'https://host.example/', events: ['click'] }, /^events/],
    [{ url: 'https://host.example/', secret: 'short' }, /^secret must be a secret that starts with "whsec_"$/],
    [{ url: 'https://host.example/', key: 'No Key' }, /^key/],
    [{ url: 'https://host.example/', partner: 'blog' }, /"partner" is not a field/],
  ])('are not made from %j', async (body: Json, detail) => {
    const answer = await post(body);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringMatching(detail)]);
  });

  it('are not made twice under one key', async () => {
    expect((await post({ url: 'https://host.example/', key: 'ledger' })).status).toBe(409);
  });
});
