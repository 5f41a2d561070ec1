import { describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { Partner } from '../../src/catalog/partner.entity.js';
import { TrackerStorage } from '../../src/storage/tracker-storage.js';
import { campaignOf, change, create, read } from '../support/catalog-routes.js';
import { expectProblem } from '../support/expect-problem.js';
import { report, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { click, type Json, manage, send } from '../support/requests.js';
import { offerOf } from '../support/small-catalog.js';

const LISTS = ['advertisers', 'offers', 'partners', 'campaigns'] as const;

onBothTrackers((current) => {
  describe('the catalog', () => {
    it('is made by routes: its links work and its conversions count at once', async () => {
      const { tracker } = current;
      const secret = createSecret();
      const made = await create(tracker, 'advertisers', { key: 'made', name: 'Made', secrets: [secret] });
      expect(made.status).toBe(201);
      expect(made.text).not.toContain(secret);
      expect((await create(tracker, 'partners', { key: 'maker' })).status).toBe(201);
      await campaignOf(tracker, 'made', { advertiser: 'made', payout: [{ kind: 'percent', percent: '10' }] });
      const answer = await report(
        tracker,
        { clickId: await click(tracker, 'made'), transactionId: unique(), revenue: '10.00', currency: 'EUR' },
        { advertiser: 'made', secret },
      );
      expect(answer.body).toMatchObject({ outcome: 'recorded', payout: { amount: '1.00' } });
    });

    it('answers one object with its tag, as it is written, references by key', async () => {
      const { tracker } = current;
      await campaignOf(tracker, 'shown', { events: ['lead'], window: { maxSeconds: 60 } });
      const { body, headers } = await read(tracker, 'offers/shown');
      expect(body).toMatchObject({
        ...offerOf('shown'),
        events: ['lead'],
        window: { maxSeconds: 60 },
        status: 'active',
      });
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['id']));
      expect(headers.etag).toMatch(/^"[\w-]{27}"$/);
      expect(await read(tracker, 'campaigns/shown')).toMatchObject({
        body: { partner: 'blog', offers: [{ offer: 'shown', weight: 1 }] },
      });
    });

    it.each(LISTS)('puts every one of its %s back as it was answered', async (list) => {
      const { tracker } = current;
      const { body } = await read(tracker, `${list}?limit=1000`);
      for (const item of (body.items as Json[]).slice(0, 8)) {
        const put = await change(tracker, 'PUT', `${list}/${item.key}`, item);
        expect(put.status).toBe(200);
        expect({ ...put.body, updatedAt: null }).toEqual({ ...item, updatedAt: null });
      }
    });

    it('never shows the secret of a postback, and keeps it when what was shown is written back', async () => {
      const { tracker } = current;
      const [first, second] = [createSecret(), createSecret()];
      const urlOf = (n: number) => `https://partner.example/${n}?id={external_id}`;
      const postbacks = [
        { url: urlOf(1), secret: first },
        { url: urlOf(2), secret: second },
      ];
      const made = await create(tracker, 'partners', { key: 'secretive', postbacks });
      const mark = expect.stringMatching(/^whsec_\*{3}[\w-]{12}$/);
      expect(made.body.postbacks).toEqual([
        { key: 'partner-example', url: urlOf(1), secret: mark },
        { key: 'partner-example-2', url: urlOf(2), secret: mark },
      ]);
      // The other way round: a mark belongs to its secret, not to a place.
      const turned = [...(made.body.postbacks as Json[])].reverse();
      const put = await change(tracker, 'PUT', 'partners/secretive', { postbacks: turned });
      expect(put.body.postbacks).toEqual(turned);
      const stored = async () =>
        (await tracker.app.get(TrackerStorage).manager.findOneByOrFail(Partner, { key: 'secretive' })).postbacks;
      const kept = [
        { key: 'partner-example-2', url: urlOf(2), secret: second },
        { key: 'partner-example', url: urlOf(1), secret: first },
      ];
      expect(await stored()).toEqual(kept);
      expect((await change(tracker, 'PATCH', 'partners/secretive', { name: 'Quiet' })).status).toBe(200);
      expect(await stored()).toEqual(kept);
      const audit = await read(tracker, 'audit?kind=partner&key=secretive');
      for (const { text } of [made, put, audit, await read(tracker, 'partners?limit=1000')]) {
        expect(text).not.toContain(first);
        expect(text).not.toContain(second);
      }
      const strange = [{ url: urlOf(1), secret: 'whsec_***AAAAAAAAAAAA' }];
      const refused = await change(tracker, 'PATCH', 'partners/secretive', { postbacks: strange });
      expect(refused).toMatchObject({ status: 400, body: { field: 'postbacks[0].secret' } });
    });

    it('has every change of an advertiser’s secrets in the audit, and none of the secrets', async () => {
      const { tracker } = current;
      await create(tracker, 'advertisers', {
        key: 'rotating',
        accept: ['signature', 'token'],
        secrets: [createSecret()],
      });
      const made = await create(tracker, 'advertisers/rotating/secrets', {});
      const token = await create(tracker, 'advertisers/rotating/token', { overlapSeconds: 0 });
      const gone = await manage(tracker, `/v1/advertisers/rotating/secrets/${made.body.id}`, { method: 'DELETE' });
      expect([made.status, token.status, gone.status]).toEqual([201, 201, 204]);
      const audit = await read(tracker, 'audit?kind=secret&key=rotating');
      const [secretId, tokenId] = [made.body.id, token.body.id];
      expect(audit.body.items).toMatchObject([
        { action: 'removed', actor: 'admin', changes: { id: { from: secretId, to: null } } },
        { action: 'created', changes: { id: { to: tokenId }, kind: { to: 'token' }, overlapSeconds: { to: 0 } } },
        { action: 'created', changes: { id: { to: secretId }, kind: { to: 'secret' } } },
      ]);
      expect(audit.text).not.toContain(made.body.value);
      expect(audit.text).not.toContain(token.body.value);
    });

    it('is listed in pages, newest first, each object once', async () => {
      const { tracker } = current;
      for (const key of ['page-1', 'page-2', 'page-3']) await create(tracker, 'partners', { key });
      const keys: unknown[] = [];
      for (let cursor: unknown = ''; cursor !== null; ) {
        const { body } = await read(tracker, `partners?limit=2${cursor && `&cursor=${cursor}`}`);
        expect((body.items as Json[]).length).toBeLessThanOrEqual(2);
        keys.push(...(body.items as Json[]).map(({ key }) => key));
        cursor = body.next;
      }
      expect(keys.slice(0, 3)).toEqual(['page-3', 'page-2', 'page-1']);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toContain('blog');
    });

    it('is filtered by owner and status', async () => {
      const { tracker } = current;
      const keysOf = async (query: string) => ((await read(tracker, query)).body.items as Json[]).map(({ key }) => key);
      expect(await keysOf('offers?advertiser=rival')).toEqual(['rival-boots']);
      expect(await keysOf('offers?advertiser=nobody')).toEqual([]);
      expect(await keysOf('campaigns?partner=own-name')).toEqual(['own-click-id']);
      expect(await keysOf('offers?status=paused')).toContain('paused');
      expectProblem(await read(tracker, 'offers?archived=1'), 400, /archived/);
    });

    it('is replaced: what is left out takes its default', async () => {
      const { tracker } = current;
      await campaignOf(tracker, 'replaced', { events: ['lead'], name: 'Old' });
      const put = await change(tracker, 'PUT', 'offers/replaced', { ...offerOf('replaced'), status: 'paused' });
      expect(put.body).toMatchObject({ status: 'paused', name: 'replaced' });
      expect(put.body.events).toBeUndefined();
      expect((await send(tracker, '/c/replaced')).status).toBe(404);
    });

    it('is patched: null takes the default, the rest stays', async () => {
      const { tracker } = current;
      await campaignOf(tracker, 'patched', { name: 'Mine', caps: { conversionsPerDay: 5, conversionsTotal: 9 } });
      const patch = { name: null, caps: { conversionsTotal: null, conversionsPerMonth: 7 } };
      const { body } = await change(tracker, 'PATCH', 'offers/patched', patch);
      expect(body).toMatchObject({ name: 'patched', caps: { conversionsPerDay: 5, conversionsPerMonth: 7 } });
      expect(body.caps).not.toHaveProperty('conversionsTotal');
    });

    it('is archived: links end, rows and reports keep its name; and comes back paused', async () => {
      const { tracker } = current;
      await campaignOf(tracker, 'gone');
      const clickId = await click(tracker, 'gone');
      for (const path of ['campaigns/gone', 'offers/gone']) {
        expect((await change(tracker, 'DELETE', path)).status).toBe(204);
      }
      expect((await send(tracker, '/c/gone')).status).toBe(404);
      const late = await report(tracker, { clickId, transactionId: unique() });
      expect(late.body.reason).toBe('offer_inactive');
      expect((await read(tracker, `clicks/${clickId}`)).body).toMatchObject({ campaign: 'gone', offer: 'gone' });
      expect((await read(tracker, 'offers?limit=1000')).text).not.toContain('"gone"');
      expect((await read(tracker, 'offers?archived=true')).text).toContain('"gone"');
      expectProblem(await change(tracker, 'PATCH', 'offers/gone', { name: 'x' }), 409, /[Rr]estore/);
      expectProblem(await create(tracker, 'offers', offerOf('gone')), 409, /archived/);

      const back = await manage(tracker, '/v1/offers/gone/restore', { method: 'POST' });
      expect([back.status, back.body.status, back.body.archivedAt]).toEqual([200, 'paused', undefined]);
    });

    it.each([
      ['advertisers/acme', /offer "/],
      ['offers/boots', /campaign "/],
      ['partners/own-name', /campaign "own-click-id"/],
    ])('keeps %s while something in use refers to it', async (path, named) => {
      expectProblem(await change(current.tracker, 'DELETE', path), 409, named);
    });

    it('keeps a campaign and its offer together while a coupon needs both', async () => {
      const { tracker } = current;
      await campaignOf(tracker, 'couponed');
      const coupons = [{ code: 'SPRING-9', campaign: 'couponed' }];
      expect((await change(tracker, 'PATCH', 'offers/couponed', { coupons })).status).toBe(200);
      expectProblem(await change(tracker, 'DELETE', 'campaigns/couponed'), 409, /coupons of offer "couponed"/);
      const moved = await change(tracker, 'PATCH', 'campaigns/couponed', { offers: [{ offer: 'boots' }] });
      expect([moved.status, moved.body.field]).toEqual([400, 'offers']);
    });

    it('refuses messages of an archived advertiser', async () => {
      const { tracker } = current;
      const secret = createSecret();
      await create(tracker, 'advertisers', { key: 'leaving', secrets: [secret] });
      const sent = () => report(tracker, { transactionId: unique() }, { advertiser: 'leaving', secret });
      expect((await sent()).status).toBe(202);
      expect((await change(tracker, 'DELETE', 'advertisers/leaving')).status).toBe(204);
      expect((await sent()).body.reason).toBe('unknown_advertiser');
    });
  });

  describe('a change of the catalog', () => {
    it('needs the tag of what was read, and of two only the first counts', async () => {
      const { tracker } = current;
      await create(tracker, 'partners', { key: 'contested' });
      const { headers } = await read(tracker, 'partners/contested');
      const rename = (name: string, etag?: string) =>
        manage(tracker, '/v1/partners/contested', { method: 'PATCH', body: { name }, etag });
      expectProblem(await rename('x'), 428, /If-Match/);
      const both = await Promise.all([rename('a', headers.etag), rename('b', headers.etag)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
      const won = both.find(({ status }) => status === 200);
      expect((await read(tracker, 'partners/contested')).headers.etag).toBe(won?.headers.etag);
      expect((await rename('c', '*')).status).toBe(200);
      const removed = await manage(tracker, '/v1/partners/contested', { method: 'DELETE', etag: headers.etag });
      expectProblem(removed, 412, /changed/);
    });

    it.each([
      ['offers', { currency: 'euro', destination: 'ftp://x', advertiser: 'acme' }, ['key', 'destination', 'currency']],
      ['offers', { ...offerOf('faulty'), advertiser: 'nobody' }, ['advertiser']],
      ['offers', { ...offerOf('faulty'), payout: [{ kind: 'fixed', amount: '1.001' }] }, ['payout[0].amount']],
      ['offers', { ...offerOf('faulty'), destinaton: 'x' }, ['destinaton']],
      ['campaigns', { key: 'faulty', partner: 'blog', offers: [{ offer: 'none' }] }, ['offers[0].offer']],
      ['partners', { key: 'faulty', name: 'a\0b' }, ['name']],
      ['advertisers', { key: 'faulty', accept: ['cookie'] }, ['accept']],
    ])('names every fault of %s: %j', async (list, body: Json, fields) => {
      const answer = await create(current.tracker, list, body);
      expectProblem(answer, 400, { reason: 'invalid_field', field: fields[0] });
      expect((answer.body.errors as Json[]).map(({ field }) => field)).toEqual(fields);
    });

    it('takes no secrets and no other key for what is there', async () => {
      const { tracker } = current;
      const secrets = [createSecret()];
      const answer = await change(tracker, 'PATCH', 'advertisers/acme', { secrets });
      expect([answer.status, answer.body.field]).toEqual([400, 'secrets']);
      expect(answer.text).not.toContain(secrets[0]);
      const renamed = await change(tracker, 'PATCH', 'partners/blog', { key: 'blogs' });
      expect([renamed.status, renamed.body.field]).toEqual([400, 'key']);
    });

    it('of nothing is refused, and so is a second object of the same key', async () => {
      const { tracker } = current;
      for (const [method, path] of [
        ['GET', '/v1/offers/nothing'],
        ['PUT', '/v1/offers/nothing'],
        ['DELETE', '/v1/offers/nothing'],
        ['POST', '/v1/offers/nothing/restore'],
      ] as const) {
        const body = method === 'PUT' ? offerOf('nothing') : undefined;
        expectProblem(await manage(tracker, path, { method, body, etag: '*' }), 404, /no offer/);
      }
      expectProblem(await create(tracker, 'partners', { key: 'blog' }), 409, /exists already/);
      expectProblem(await manage(tracker, '/v1/partners', { method: 'POST' }), 400, /JSON/);
    });

    it('is told by the audit: who, what, from and to, and no secret', async () => {
      const { tracker } = current;
      const secret = createSecret();
      await create(tracker, 'advertisers', { key: 'audited', secrets: [secret] });
      await change(tracker, 'PATCH', 'advertisers/audited', { name: 'New name' });
      await change(tracker, 'PATCH', 'advertisers/audited', { name: { no: 'name' } });
      await change(tracker, 'DELETE', 'advertisers/audited');
      const { body, text } = await read(tracker, 'audit?kind=advertiser&key=audited');
      expect(text).not.toContain(secret);
      const items = body.items as Json[];
      expect(items.map(({ action, actor }) => [action, actor])).toEqual([
        ['archived', 'admin'],
        ['updated', 'admin'],
        ['created', 'admin'],
      ]);
      expect(items[1]?.changes).toEqual({ name: { from: 'audited', to: 'New name' } });
      expect(items[2]?.changes).toMatchObject({ accept: { from: null, to: ['signature'] } });
    });
  });
});
