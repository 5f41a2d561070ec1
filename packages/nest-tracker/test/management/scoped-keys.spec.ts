import { beforeAll, describe, expect, it } from '@jest/globals';
import { routesOf } from '../../src/http/routes-of.js';
import { MANAGEMENT } from '../../src/tracker.module-definition.js';
import { externalId, logged } from '../partner-postbacks/outbound.js';
import { SECRETS } from '../support/catalog.js';
import { report as convert, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { type Answer, click, type Json, manage, send } from '../support/requests.js';
import { offerOf } from '../support/small-catalog.js';

const ROLES = ['admin', 'read', 'advertiser', 'partner'] as const;
type Role = (typeof ROLES)[number];

/** What keys of advertisers and partners open; every other route is closed to them. */
const OPEN: Readonly<Record<string, readonly Role[]>> = {
  'GET /v1/reports': ['advertiser', 'partner'],
  'GET /v1/conversions': ['advertiser', 'partner'],
  'GET /v1/clicks': ['advertiser', 'partner'],
  'GET /v1/clicks/:id': ['advertiser', 'partner'],
  'GET /v1/postbacks/in': ['advertiser'],
  'GET /v1/postbacks/in/:id': ['advertiser'],
  'GET /v1/postbacks/out': ['partner'],
  'GET /v1/postbacks/out/:id': ['partner'],
};
const ROUTES = routesOf(MANAGEMENT)
  .map(({ method, path }) => `${method} ${path}`)
  // A stream has no end; its key is asked before it begins, as everywhere.
  .filter((route) => route !== 'GET /v1/live');

const payout = [{ kind: 'percent', percent: '10' }];
const postbacks = [{ url: 'https://partner.invalid/?id={external_id}&sum={payout}', on: ['lead'] }];
const SEED = {
  advertisers: [
    { key: 'acme', secrets: [SECRETS.acme] },
    { key: 'rival', secrets: [SECRETS.rival] },
  ],
  partners: [
    { key: 'blog', postbacks },
    { key: 'magazine', postbacks },
  ],
  offers: [offerOf('boots', { payout }), offerOf('hats', { advertiser: 'rival', payout })],
  campaigns: ['boots', 'hats'].flatMap((offer) =>
    ['blog', 'magazine'].map((partner) => ({ key: `${offer}-${partner}`, partner, offers: [{ offer }] })),
  ),
};

onBothTrackers(
  (current) => {
    const keys = {} as Record<Role, string>;
    const clicks: Record<string, string> = {};
    beforeAll(async () => {
      const { tracker } = current;
      for (const role of ROLES) {
        const subject = { admin: {}, read: {}, advertiser: { advertiser: 'acme' }, partner: { partner: 'blog' } }[role];
        const body = { name: role, role, ...subject };
        keys[role] = String((await manage(tracker, '/v1/api-keys', { method: 'POST', body })).body.value);
      }
      for (const { key } of SEED.campaigns) {
        clicks[key] = await click(tracker, key, `external_id=${externalId()}&cost=0.05`);
        const [advertiser, secret] = key.startsWith('boots') ? ['acme', SECRETS.acme] : ['rival', SECRETS.rival];
        for (const event of ['purchase', 'lead']) {
          const order = { clickId: clicks[key], transactionId: unique(), event, revenue: '50.00', currency: 'EUR' };
          const data = { ...order, customerId: 'c-1', metadata: { plan: 'pro' } };
          const answer = await convert(tracker, data, { advertiser, secret });
          expect(answer.status).toBe(201);
        }
      }
    });

    const ask = (role: Role, path: string, method = 'GET'): Promise<Answer> =>
      send(current.tracker, path, { method, headers: { authorization: `Bearer ${keys[role]}` } });
    const items = async (role: Role, path: string) => (await ask(role, path)).body.items as Json[];

    describe('each role', () => {
      it.each(ROUTES)('is let in or refused as it should be: %s', async (route) => {
        const [method = '', path = ''] = route.split(' ');
        const asked = path.replaceAll(/:\w+/g, '01k0000000000000000000000z');
        const statuses = await Promise.all(
          ROLES.map(async (role) => {
            // What an admin's key may change is left alone here.
            if (role === 'admin' && method !== 'GET') return 'let in';
            const answer = await ask(role, asked, method);
            if (answer.status !== 403) return answer.status === 401 ? 'unknown' : 'let in';
            expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
            expect(answer.body).toMatchObject({ status: 403, title: 'Forbidden', detail: expect.any(String) });
            return 'refused';
          }),
        );
        const open = OPEN[route] ?? [];
        expect(Object.fromEntries(ROLES.map((role, i) => [role, statuses[i]]))).toEqual({
          admin: 'let in',
          read: method === 'GET' ? 'let in' : 'refused',
          advertiser: open.includes('advertiser') ? 'let in' : 'refused',
          partner: open.includes('partner') ? 'let in' : 'refused',
        });
      });

      it('is refused the live stream unless it sees everything', async () => {
        for (const role of ['advertiser', 'partner'] as const) expect((await ask(role, '/v1/live')).status).toBe(403);
      });
    });

    describe('the key of an advertiser', () => {
      it('sees the advertiser’s conversions with their revenue, and not what the house pays for them', async () => {
        const found = await items('advertiser', '/v1/conversions');
        expect(found).toHaveLength(4);
        for (const item of found) {
          expect(item).toMatchObject({ advertiser: 'acme', revenue: { amount: '50.00' }, customerId: 'c-1' });
          expect(JSON.stringify(item)).not.toContain('payout');
        }
        const { text } = await ask('advertiser', '/v1/conversions?format=csv');
        expect(text.split('\n')[0]).not.toContain('payout');
        expect(text).not.toContain('rival');
      });

      it('sees a report of the advertiser’s own figures', async () => {
        const { body } = await ask('advertiser', '/v1/reports?groupBy=advertiser,partner');
        expect((body.rows as Json[]).map(({ advertiser, partner }) => `${advertiser} ${partner}`)).toEqual([
          'acme blog',
          'acme magazine',
        ]);
        expect(body.totals).toMatchObject([{ clicks: 2, conversions: 4, revenue: '200.00', aov: '50.00' }]);
        for (const row of [...(body.rows as Json[]), ...(body.totals as Json[])]) {
          for (const hidden of ['payout', 'cost', 'profit', 'roi']) expect(row).not.toHaveProperty(hidden);
        }
        const { text } = await ask('advertiser', '/v1/reports?groupBy=advertiser&format=csv');
        expect(text.split('\n')[0]).not.toMatch(/payout|cost|profit|roi/);
        expect(text).not.toContain('rival');
      });

      it('sees the inbound log of the advertiser, row by row', async () => {
        const found = await items('advertiser', '/v1/postbacks/in');
        expect(new Set(found.map(({ advertiser }) => advertiser))).toEqual(new Set(['acme']));
        const all = await items('admin', '/v1/postbacks/in?advertiser=rival');
        expect((await ask('advertiser', `/v1/postbacks/in/${found[0]?.id}`)).status).toBe(200);
        expect((await ask('advertiser', `/v1/postbacks/in/${all[0]?.id}`)).status).toBe(404);
      });

      it('sees what visitors’ browsers have sent, not who they were; of servers it sees the address', async () => {
        const { tracker } = current;
        const query = `clickid=${clicks['boots-blog']}&txid=${unique()}`;
        await send(tracker, `/pixel.gif?${query}`);
        await send(tracker, `/postback?advertiser=acme&${query}`);
        const [server, browser] = await items('advertiser', '/v1/postbacks/in?limit=2');
        expect(server).toMatchObject({ path: '/postback', ip: '127.0.0.0', userAgent: expect.any(String) });
        expect(browser).toMatchObject({ path: '/pixel.gif', ip: null, userAgent: null });
        const one = await ask('advertiser', `/v1/postbacks/in/${browser?.id}`);
        expect(one.body).toEqual(browser);
        expect((await ask('read', `/v1/postbacks/in/${browser?.id}`)).body).toMatchObject({ ip: '127.0.0.0' });
      });

      it('sees the clicks of the advertiser, not who the visitor was', async () => {
        const own = await ask('advertiser', `/v1/clicks/${clicks['boots-magazine']}`);
        expect(own.body).toMatchObject({ advertiser: 'acme', partner: 'magazine' });
        for (const hidden of ['ip', 'userAgent', 'cost']) expect(own.body).not.toHaveProperty(hidden);
        expect((await ask('advertiser', `/v1/clicks/${clicks['hats-blog']}`)).status).toBe(404);
        const found = await items('advertiser', '/v1/clicks');
        expect(found.map(({ id }) => id)).toEqual([clicks['boots-magazine'], clicks['boots-blog']]);
        expect(JSON.stringify(found)).not.toMatch(/userAgent|"ip"|cost/);
      });
    });

    describe('the key of a partner', () => {
      it('sees the partner’s conversions with their payout, and not what the advertiser pays or knows of the customer', async () => {
        const found = await items('partner', '/v1/conversions');
        expect(found).toHaveLength(4);
        for (const item of found) {
          expect(item).toMatchObject({ partner: 'blog', payout: { amount: '5.00' } });
          expect(JSON.stringify(item)).not.toMatch(/revenue|customerId|c-1|metadata|actor/);
        }
        const { text } = await ask('partner', '/v1/conversions?format=csv');
        expect(text.split('\n')[0]).toContain('payout,currency');
        expect(text).toContain('5.00,EUR');
        expect(text).not.toMatch(/evenue|customerId|50\.00|magazine/);
      });

      it('sees a report of the partner’s own figures', async () => {
        const { body } = await ask('partner', '/v1/reports?groupBy=partner,advertiser');
        expect((body.rows as Json[]).map(({ advertiser, partner }) => `${advertiser} ${partner}`)).toEqual([
          'acme blog',
          'rival blog',
        ]);
        expect(body.totals).toMatchObject([{ clicks: 2, conversions: 4, payout: '20.00' }]);
        for (const row of [...(body.rows as Json[]), ...(body.totals as Json[])]) {
          for (const hidden of ['revenue', 'cost', 'profit', 'roi', 'epc', 'aov']) {
            expect(row).not.toHaveProperty(hidden);
          }
        }
      });

      it('sees the clicks of the partner, page by page', async () => {
        const first = await ask('partner', '/v1/clicks?limit=1');
        const second = await ask('partner', `/v1/clicks?limit=1&cursor=${first.body.next}`);
        const pages = [first, second].flatMap(({ body }) => body.items as Json[]);
        expect(pages.map(({ id }) => id)).toEqual([clicks['hats-blog'], clicks['boots-blog']]);
        expect(second.body.next).toBeNull();
        for (const item of pages) {
          expect(item).toMatchObject({ partner: 'blog', externalId: expect.any(String) });
          expect(JSON.stringify(item)).not.toMatch(/cost|userAgent|"ip"|customerId/);
        }
        expect((await ask('read', `/v1/clicks/${pages[0]?.id}`)).body.cost).toEqual({
          amount: '0.05',
          currency: 'EUR',
        });
        expect(await items('partner', '/v1/clicks?campaign=boots-magazine')).toEqual([]);
        expect(await items('partner', '/v1/clicks?to=2026-01-01T00:00:00Z')).toEqual([]);
        expect((await ask('partner', '/v1/clicks?from=2020-01-01T00:00:00Z')).status).toBe(400);
      });

      it('sees what its link said besides, and no cost that could not be read', async () => {
        for (const [said, query] of [
          ['cost=high', null],
          ['cost=high&zone=7', { zone: '7' }],
        ] as const) {
          const id = await click(current.tracker, 'boots-blog', said);
          const { body } = await ask('partner', `/v1/clicks/${id}`);
          expect(body).toMatchObject({ id, query });
          expect(JSON.stringify(body)).not.toContain('cost');
          expect((await ask('read', `/v1/clicks/${id}`)).body.query).toMatchObject({ cost: 'high' });
        }
      });

      it('sees what the partner was told', async () => {
        const { tracker } = current;
        const all = await logged(tracker, {}, 4);
        const found = await items('partner', '/v1/postbacks/out');
        expect(found.map(({ partner }) => partner)).toEqual(['blog', 'blog']);
        const other = all.find(({ partner }) => partner === 'magazine');
        expect((await ask('partner', `/v1/postbacks/out/${found[0]?.id}`)).status).toBe(200);
        expect((await ask('partner', `/v1/postbacks/out/${other?.id}`)).status).toBe(404);
      });

      it.each([
        '/v1/conversions?partner=magazine',
        '/v1/conversions?partner=blog&partner=magazine',
        '/v1/conversions?format=ndjson&partner=magazine',
        '/v1/reports?filter[partner]=magazine',
        '/v1/clicks?partner=magazine',
        '/v1/postbacks/out?partner=magazine',
        '/v1/reports?groupBy=offer&sort=-revenue',
        '/v1/clicks?customerId=c-1',
      ])(
        'is refused another’s rows, and what would tell the figures and names that it does not see: %s',
        async (path) => {
          expect((await ask('partner', path)).status).toBe(403);
          expect((await ask('admin', path)).status).toBe(200);
        },
      );
    });

    it.each([
      [{ role: 'partner' }, /"partner" must be the key/],
      [{ role: 'partner', partner: 'nobody' }, /no partner "nobody"/],
      [{ role: 'advertiser', advertiser: 'blog' }, /no advertiser "blog"/],
      [{ role: 'partner', advertiser: 'acme' }, /for keys of the role "advertiser"/],
      [{ role: 'read', partner: 'blog' }, /for keys of the role "partner"/],
    ])('a key that is bound to nobody is not made: %j', async (fields, detail) => {
      const body = { name: 'x', ...fields };
      const answer = await manage(current.tracker, '/v1/api-keys', { method: 'POST', body });
      expect([answer.status, answer.body.detail]).toEqual([400, expect.stringMatching(detail)]);
    });
  },
  { options: { seed: SEED } },
);
