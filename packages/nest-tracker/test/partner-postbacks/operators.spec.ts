import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { ok, type PartnerServer, says, startPartner } from '../support/partner-server.js';
import { click, type Json, manage } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';
import { catalogWith, externalId, logged, outboundLog, QUICK } from './outbound.js';

describe.each(DATABASES)('operators of partner postbacks on $database', ({ database: name, createDatabase }) => {
  let database: TestDatabase;
  let tracker: Tracker;
  let partner: PartnerServer;
  const own = (path: string) => ({
    url: `${partner.url}${path}?id={external_id}&c={clickid}`,
    allowHttp: true,
    key: path.slice(1),
  });
  beforeAll(async () => {
    [database, partner] = await Promise.all([createDatabase(), startPartner()]);
    const options = { seed: catalogWith([own('/a')], [own('/own')]), partnerPostbacks: { ...QUICK, pauseAfter: 3 } };
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

  const convert = async (campaign = 'autumn') => {
    const external = externalId();
    const clickId = await click(tracker, campaign, `external_id=${external}`);
    const { body } = await report(tracker, { clickId, transactionId: unique() });
    return { external, clickId, conversion: String(body.conversionId) };
  };
  const act = (path: string, body: Json = {}, owner = 'partners/blog') =>
    manage(tracker, `/v1/${owner}/postbacks/${path}`, { method: 'POST', body });
  const status = async () => (await manage(tracker, '/v1/partners/blog/postbacks/a')).body;

  it('see one paused, with the reason, after many in a row were given up, and have it tell what was missed', async () => {
    partner.answer = says(403, 'unknown account');
    const lost = [await convert(), await convert(), await convert()];
    for (const { conversion } of lost) await logged(tracker, { conversion, state: 'dead' }, 1);
    let paused: Json = {};
    while (paused.paused !== true) paused = await status();
    expect(paused.reason).toContain('3 in a row were given up');
    expect(paused.reason).toContain('unknown account');
    partner.answer = ok;
    const later = await convert();
    expect(await outboundLog(tracker, { conversion: later.conversion })).toMatchObject([
      { state: 'pending', attempts: 0 },
    ]);
    const resumed = await act('a/resume');
    expect(resumed.body).toMatchObject({ paused: false, reason: null, replayed: 3 });
    for (const { conversion } of [...lost, later]) await logged(tracker, { conversion, state: 'delivered' }, 1);
  });

  it('pause one by hand; nothing is sent until it is resumed', async () => {
    await act('a/pause', { reason: 'moving house' });
    expect(await status()).toMatchObject({ paused: true, reason: 'moving house' });
    const { conversion, external } = await convert();
    expect(partner.told.some(({ target }) => target.includes(external))).toBe(false);
    // What is held back on purpose is no delay.
    expect((await manage(tracker, '/health')).body).toMatchObject({ queue: { pending: 1, lagSeconds: 0 } });
    expect((await act('a/resume')).body).toMatchObject({ paused: false });
    await logged(tracker, { conversion, state: 'delivered' }, 1);
  });

  it('send a test, and see what the partner answers; nothing is stored', async () => {
    const { clickId, external } = await convert();
    partner.answer = says(200, 'counted');
    const before = await outboundLog(tracker);
    const { body } = await act('a/test', { clickId });
    expect(body).toMatchObject({ outcome: 'delivered', why: null, answer: { status: 200, body: 'counted' } });
    expect((body.request as Json).url).toContain(external);
    partner.answer = says(500, 'broken');
    expect((await act('a/test')).body).toMatchObject({ outcome: 'retry', why: expect.stringContaining('HTTP 500') });
    expect((await act('a/test', { clickId: '01k0000000000000000000000z' })).status).toBe(404);
    expect((await act('7/test')).status).toBe(404);
    expect(await outboundLog(tracker)).toHaveLength(before.length);
  });

  it('give a campaign postbacks of its own, which stand for the partner’s', async () => {
    const { external, conversion } = await convert('spring');
    await logged(tracker, { conversion, state: 'delivered' }, 1);
    const paths = partner.told.filter(({ target }) => target.includes(external)).map(({ path }) => path);
    expect(paths).toEqual(['/own']);
    expect((await manage(tracker, '/v1/campaigns/spring/postbacks/own')).body).toMatchObject({ paused: false });
  });

  it('tell a new postback of what came before, once', async () => {
    const early = [await convert(), await convert(), await convert()];
    const from = new Date(Date.now() - 3_600_000).toISOString();
    await tracker.get(CatalogService).apply({ partners: [{ key: 'blog', postbacks: [own('/a'), own('/new')] }] });
    const total = (await manage(tracker, '/v1/conversions?limit=1000&campaign=autumn')).body.items as Json[];
    const pages: Json[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await act(`new/backfill?limit=2${cursor && `&cursor=${cursor}`}`, { from });
      pages.push(body);
      if (body.next === null) break;
      cursor = String(body.next);
    }
    expect(pages.reduce((sum, { stored }) => sum + Number(stored), 0)).toBe(total.length);
    for (const { conversion } of early) await logged(tracker, { conversion, state: 'delivered' }, 2);
    for (const { external } of early) {
      expect(partner.told.filter(({ path, target }) => path === '/new' && target.includes(external))).toHaveLength(1);
    }
    const again = await act('new/backfill', { from });
    expect(again.body).toMatchObject({ stored: 0, next: null });
  });

  it('pause a postback, not a place in a list that others put in another order', async () => {
    await act('a/pause', { reason: 'moving house' });
    const { key: _, ...keyless } = own('/a');
    const second = { ...own('/second'), key: 'second' };
    const paths = async () => {
      const { body } = await manage(tracker, '/v1/partners/blog/postbacks');
      return (body.items as Json[]).map(({ key, paused }) => `${key} ${paused ? 'paused' : 'sent'}`);
    };
    const put = (postbacks: Json[]) =>
      manage(tracker, '/v1/partners/blog', { method: 'PATCH', body: { postbacks }, etag: '*' });
    expect((await put([second, keyless])).status).toBe(200);
    expect(await paths()).toEqual(['second sent', 'a paused']);
    await tracker.get(CatalogService).apply({ partners: [{ key: 'blog', postbacks: [keyless, second] }] });
    expect(await paths()).toEqual(['a paused', 'second sent']);
    await act('a/resume');
    expect(await paths()).toEqual(['a sent', 'second sent']);
    const refused = await put([second, second]);
    expect(refused.body).toMatchObject({ status: 400, field: 'postbacks[1].key' });
  });

  it('are named by the audit for what they did, and the tracker for what it did itself', async () => {
    partner.answer = says(403, 'no');
    const { conversion } = await convert('spring');
    const [dead] = await logged(tracker, { conversion, state: 'dead' }, 1);
    partner.answer = ok;
    await manage(tracker, `/v1/postbacks/out/${dead?.id}/replay`, { method: 'POST' });
    await manage(tracker, '/v1/postbacks/out/replay?partner=blog', { method: 'POST' });
    const audit = async (query: string) => {
      const { body } = await manage(tracker, `/v1/audit?${query}`);
      return (body.items as Json[]).map(({ actor, action, key }) => `${actor} ${action} ${key}`);
    };
    const postbacks = await audit('kind=postback');
    const done = ['tracker paused', 'admin resumed', 'admin paused'].map((what) => `${what} partner/blog/a`);
    expect(postbacks).toEqual(expect.arrayContaining([...done, 'admin backfilled partner/blog/new']));
    expect(await audit('kind=postback_out')).toEqual(['admin replayed *', `admin replayed ${dead?.id}`]);
  });
});
