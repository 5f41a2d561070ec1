import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createId, createUrlVerifier } from '@tallyback/protocol';
import { Webhook } from 'standardwebhooks';
import { ClicksService, Retention, TrackerEvents } from '../../src/index.js';
import { SECRETS } from '../support/catalog.js';
import { DATABASES, type Row, type TestDatabase } from '../support/databases.js';
import { decide, report, unique } from '../support/messages.js';
import { ok, type PartnerServer, says, startPartner } from '../support/partner-server.js';
import { click, type Json, manage } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { catalogWith, externalId, logged, outboundLog, QUICK } from './outbound.js';

describe.each(DATABASES)('postbacks to partners on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  let partner: PartnerServer;
  beforeAll(async () => {
    [database, partner] = await Promise.all([createDatabase(), startPartner()]);
    const postbacks = [
      {
        url: `${partner.url}/get?id={external_id}&sum={payout}&cur={currency}&s={sub1}&k={query.kw}&tx={transaction_id}`,
        on: ['purchase'],
        allowHttp: true,
      },
      {
        url: `${partner.url}/status`,
        status: ['approved', 'rejected', 'refunded'],
        on: ['lead'],
        allowHttp: true,
        body: { json: { click: '{external_id}', is: '{status}' } },
        secret: SECRETS.rival,
      },
      { url: `${partner.url}/signed?id={external_id}`, on: ['signup'], allowHttp: true, secret: SECRETS.rival },
      { url: `${partner.url}/cake?id=#s2#&c=#reqid#`, on: ['install'], allowHttp: true, dialect: 'cake' },
    ];
    // One of the tests waits for it.
    const partnerPostbacks = { ...QUICK, attemptTimeoutMs: 2_000 };
    const options = { seed: catalogWith(postbacks), partnerPostbacks };
    tracker = await startTracker({ database, options, adapter: name === 'SQLite' ? 'Express' : 'Fastify' });
  });
  afterAll(async () => {
    await tracker?.close();
    await partner.close();
    await database.drop();
  });
  beforeEach(() => {
    partner.answer = ok;
  });

  const convert = async (event: string, more: object = {}) => {
    const external = externalId();
    const clickId = await click(tracker, 'spring', `external_id=${external}&sub1=a%26b&sub2=zwei&kw=w%20x`);
    const transactionId = unique();
    const answer = await report(tracker, { clickId, event, transactionId, revenue: '49.90', currency: 'EUR', ...more });
    return { external, clickId, transactionId, conversion: String(answer.body.conversionId), answer };
  };
  const about = (external: string) => partner.told.filter(({ target, body }) => `${target}${body}`.includes(external));

  it('tell of a conversion with every macro filled in, once', async () => {
    const { external, transactionId, conversion } = await convert('purchase');
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    const told = about(external);
    expect(told).toHaveLength(1);
    expect(told[0]?.method).toBe('GET');
    expect(Object.fromEntries(told[0]?.query ?? [])).toEqual({
      id: external,
      sum: '4.99',
      cur: 'EUR',
      s: 'a&b',
      k: 'w x',
      tx: transactionId,
    });
  });

  it('are logged with what was sent and what the partner answered', async () => {
    partner.answer = says(202, 'thank you');
    const { conversion, external } = await convert('purchase');
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    let row: Json | undefined;
    // The answer is written shortly after the delivery.
    while (row?.settledAt == null)
      [row] = await outboundLog(tracker, { conversion, partner: 'blog', event: 'purchase' });
    expect(row).toMatchObject({ partner: 'blog', campaign: 'spring', method: 'GET', status: 'approved' });
    expect(row).toMatchObject({ state: 'delivered', attempts: 1, cause: 'conversion', nextAttemptAt: null });
    expect(row).toMatchObject({ answerStatus: 202, answer: 'thank you' });
    expect(await outboundLog(tracker, { conversionId: conversion.toUpperCase() })).toEqual([row]);
    expect(row.url).toContain(external);
  });

  it('are sent again until a partner that fails, hangs, redirects or says no with 200 takes them', async () => {
    let requests = 0;
    partner.answer = (told, response) => {
      requests += 1;
      // Those that may be meant for good are tried a few times only.
      if (requests === 1) says(302, '', { location: `${partner.url}/elsewhere` })(told, response);
      else if (requests === 2) says(200, '{"success":false}')(told, response);
      else if (requests === 3) says(503, 'down')(told, response);
      else if (requests === 4) response.destroy();
      else if (requests === 5)
        return; // Hangs.
      else ok(told, response);
    };
    const { conversion, external } = await convert('purchase');
    const [row] = await logged(tracker, { conversion, state: 'delivered' }, 1);
    const told = about(external);
    expect(told.length).toBeGreaterThanOrEqual(6);
    expect(partner.told.some(({ path }) => path === '/elsewhere')).toBe(false);
    expect(new Set(told.map(({ target }) => target)).size).toBe(1);
    expect(row).toMatchObject({ state: 'delivered' });
  });

  it('are given up when a partner has moved for good, and delivered after a replay', async () => {
    partner.answer = says(301, '', { location: 'http://127.0.0.1:1/' });
    const { conversion } = await convert('purchase');
    const [dead] = await logged(tracker, { conversion, state: 'dead' }, 1);
    expect(dead?.answer).toContain('redirects are not followed');
    partner.answer = ok;
    const replayed = await manage(tracker, `/v1/postbacks/out/${dead?.id}/replay`, { method: 'POST' });
    expect(replayed.status).toBe(200);
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    const again = await manage(tracker, `/v1/postbacks/out/${dead?.id}/replay`, { method: 'POST' });
    expect(again.status).toBe(409);
  });

  it('that were given up are replayed by filter', async () => {
    partner.answer = says(404, 'gone');
    const lost = await Promise.all([convert('purchase'), convert('purchase')]);
    for (const { conversion } of lost) await logged(tracker, { conversion, state: 'dead' }, 1);
    partner.answer = ok;
    for (const query of ['', '?partner=blog&stat=dead']) {
      expect((await manage(tracker, `/v1/postbacks/out/replay${query}`, { method: 'POST' })).status).toBe(400);
    }
    const { body } = await manage(tracker, '/v1/postbacks/out/replay?partner=blog', { method: 'POST' });
    expect(body).toEqual({ replayed: 2, held: 0, next: null });
    for (const { conversion } of lost) await logged(tracker, { conversion, state: 'delivered' }, 1);
  });

  it('tell of every status that is asked for, in order and signed as Standard Webhooks', async () => {
    const { external, clickId, transactionId, conversion } = await convert('lead');
    await decide(tracker, { clickId, transactionId, status: 'refunded' });
    await logged(tracker, { conversion, state: 'delivered' }, 2);
    const told = about(external);
    expect(told.map(({ body }) => JSON.parse(body))).toEqual([
      { click: external, is: 'approved' },
      { click: external, is: 'refunded' },
    ]);
    const webhook = new Webhook(SECRETS.rival);
    for (const { body, headers } of told) {
      expect(() => webhook.verify(body, headers as Record<string, string>)).not.toThrow();
    }
  });

  it('carry a URL signature when they are GETs with a secret', async () => {
    const { external, conversion } = await convert('signup');
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    const [path = '', query = ''] = about(external)[0]?.target.split('?') ?? [];
    expect(createUrlVerifier(SECRETS.rival).verify({ method: 'GET', path, query })).toMatchObject({ ok: true });
    expect((await outboundLog(tracker, { conversion }))[0]?.url).not.toContain('tb_sig');
  });

  it('may be written with the macros of a network', async () => {
    const { clickId, conversion } = await convert('install');
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    const told = about(clickId);
    expect(Object.fromEntries(told[0]?.query ?? [])).toEqual({ id: 'zwei', c: clickId });
  });

  it('are not sent for other statuses, for repetitions, or without the click id that they are about', async () => {
    const rejected = await convert('purchase', { status: 'rejected' });
    expect(await outboundLog(tracker, { conversion: rejected.conversion })).toEqual([]);
    const { clickId, transactionId, conversion } = await convert('purchase');
    await report(tracker, { clickId, transactionId, event: 'purchase', revenue: '49.90', currency: 'EUR' });
    expect(await outboundLog(tracker, { conversion })).toHaveLength(1);
    const nameless = await click(tracker, 'spring');
    const { body } = await report(tracker, { clickId: nameless, transactionId: unique() });
    const skipped = await outboundLog(tracker, { conversion: String(body.conversionId) });
    expect(skipped).toMatchObject([{ state: 'skipped', answer: expect.stringContaining('has no {external_id}') }]);
  });

  it('are sent for a conversion when its click appears later', async () => {
    const external = externalId();
    const clickId = await click(tracker, 'spring', `external_id=${external}`);
    const found = await tracker.get(ClicksService).find(clickId);
    const [row] = (await database.query('SELECT * FROM tallyback_clicks WHERE id = $1', [clickId])) as [Row];
    await database.query('DELETE FROM tallyback_clicks WHERE id = $1', [clickId]);
    const { body } = await report(tracker, { clickId, transactionId: unique() });
    expect(body.outcome).toBe('unattributed');
    const conversion = String(body.conversionId);
    expect(await outboundLog(tracker, { conversion })).toEqual([]);
    const names = Object.keys(row);
    const places = names.map((_, i) => `$${i + 1}`).join(', ');
    const values = names.map((name) => row[name]);
    await database.query(`INSERT INTO tallyback_clicks (${names}) VALUES (${places})`, values);
    if (found) tracker.get(TrackerEvents).emitClick(found);
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    expect(about(external)).toHaveLength(1);
  });

  it('are blanked in the log when the person is erased', async () => {
    partner.answer = says(404, 'gone');
    const { clickId, conversion } = await convert('purchase');
    await logged(tracker, { conversion, state: 'dead' }, 1);
    await manage(tracker, `/v1/people/by-click/${clickId}`, { method: 'DELETE' });
    const [row] = await outboundLog(tracker, { conversion });
    expect(row).toMatchObject({ state: 'skipped', url: '', body: null, answer: expect.stringContaining('erased') });
  });

  it('leave the log when they are old enough, delivered or not', async () => {
    partner.answer = says(404, 'gone');
    const { conversion } = await convert('purchase');
    const [dead] = await logged(tracker, { conversion, state: 'dead' }, 1);
    const old = createId(Date.now() - 100 * 86_400_000);
    await database.query('UPDATE tallyback_outbound_postbacks SET id = $1 WHERE id = $2', [old, dead?.id]);
    await database.query('UPDATE tallyback_outbox_deliveries SET id = $1 WHERE id = $2', [old, dead?.id]);
    expect(await tracker.get(Retention).sweep()).toMatchObject({ outboundLog: 1 });
    const left = await database.query('SELECT id FROM tallyback_outbox_deliveries WHERE id = $1', [old]);
    expect([left, await outboundLog(tracker, { conversion })]).toEqual([[], []]);
  });
});
