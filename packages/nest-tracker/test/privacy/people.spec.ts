import { describe, expect, it } from '@jest/globals';
import { People } from '../../src/index.js';
import { SECRETS } from '../support/catalog.js';
import type { TestDatabase } from '../support/databases.js';
import { created, postBatch, postback, report, signedPostback, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';
import { turnsDuring } from '../support/turns-during.js';

const TABLES = ['clicks', 'conversions', 'ledger', 'seen_deliveries', 'inbound_postbacks', 'settings'];

/** Everything that the tracker has stored, as text. */
async function everything(database: TestDatabase): Promise<string> {
  const rows = await Promise.all(TABLES.map((table) => database.query(`SELECT * FROM tallyback_${table}`)));
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

const erase = (tracker: Tracker, path: string) =>
  manage(tracker, `/v1/people${/^(\?|$)/.test(path) ? path : `/${path}`}`, { method: 'DELETE' });

/** Somebody with traces wherever one can leave them. */
async function somebody(tracker: Tracker, customerId: string, offer = 'boots') {
  const traces = {
    customerId,
    address: `198.51.100.${Math.floor(Math.random() * 200)}`,
    agent: unique('agent'),
    referrer: `https://mail.example/${unique('inbox')}`,
    external: unique('external'),
    extra: unique('extra'),
    mail: `${unique('mail')}@example.com`,
  };
  const { address, agent, referrer, external, extra, mail } = traces;
  const headers = { 'x-forwarded-for': address, 'user-agent': `Mozilla/5.0 ${agent}`, referer: referrer };
  const query = new URLSearchParams({ external_id: external, kw: extra, sub1: 'banner-7' });
  const visit = await send(tracker, `/c/${offer}?${query}`, { headers });
  const clickId = new URL(visit.headers.location ?? '').searchParams.get('clickid') as string;
  return { clickId, traces, metadata: { mail } };
}

const order = (more: Json) => ({ transactionId: unique(), revenue: '10.00', currency: 'EUR', ...more });

describe('erasing a person', () => {
  onEveryTracker(
    (current) => {
      const numbers = async () => (await manage(current.tracker, '/v1/reports?groupBy=campaign,day,sub1')).text;

      it('by customer id leaves no trace of who it was, and every amount', async () => {
        const { tracker } = current;
        const customerId = unique('kunde/ä');
        const { clickId, traces, metadata } = await somebody(tracker, customerId);
        const first = await report(tracker, order({ clickId, customerId, metadata, couponCode: 'SPRING' }));
        const refused = await report(tracker, order({ customerId, metadata, currency: 'eur' }));
        await postBatch(tracker, [created(order({ customerId, metadata }))]);
        await send(tracker, signedPostback(tracker, { clickid: clickId, txid: unique(), mail: traces.mail }));
        await send(tracker, postback({ txid: unique(), advertiser: 'acme', customer: customerId }));
        expect([first.status, refused.status]).toEqual([201, 400]);
        const other = await somebody(tracker, 'other-1');
        await report(
          tracker,
          order({ clickId: other.clickId, customerId: `${customerId}1`, metadata: { kept: 'yes' } }),
        );
        const before = await numbers();
        const stored = await everything(tracker.database);
        for (const trace of ['external', 'extra', 'mail', 'agent'] as const) expect(stored).toContain(traces[trace]);

        const answer = await erase(tracker, encodeURIComponent(customerId));
        expect([answer.status, answer.body]).toEqual([200, { clicks: 1, conversions: 3, inboundPostbacks: 5 }]);
        const left = await everything(tracker.database);
        const { customerId: _, address: __, ...texts } = traces;
        for (const trace of Object.values(texts)) expect(left).not.toContain(trace);
        expect(
          left.replaceAll(`${customerId}1`, '').replaceAll(encodeURIComponent(`${customerId}1`), ''),
        ).not.toContain(customerId);
        expect(left).not.toContain(encodeURIComponent(customerId));
        expect(await numbers()).toBe(before);
        const { items } = (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body as { items: Json[] };
        expect(items).toHaveLength(3);
        const standing = items.find(({ couponCode }) => couponCode === 'SPRING');
        expect(standing).toMatchObject({ customerId: null, metadata: null, revenue: { amount: '10.00' } });
        const kept = await manage(tracker, `/v1/conversions?clickId=${other.clickId}`);
        expect(kept.body.items).toMatchObject([{ customerId: `${customerId}1`, metadata: { kept: 'yes' } }]);
        const visit = await manage(tracker, `/v1/clicks/${other.clickId}`);
        expect(visit.body).toMatchObject({ externalId: other.traces.external });
        expect(await inboundLog(tracker, { clickId })).not.toHaveLength(0);
      });

      it('by click id erases the visitor, the conversions of the click and the requests about it', async () => {
        const { tracker } = current;
        const { clickId, traces, metadata } = await somebody(tracker, 'c_2');
        await report(tracker, order({ clickId, customerId: traces.mail, metadata }));
        const before = await numbers();
        const answer = await erase(tracker, `by-click/${clickId.toUpperCase()}`);
        expect(answer.body).toEqual({ clicks: 1, conversions: 1, inboundPostbacks: 1 });
        const left = await everything(tracker.database);
        const { customerId: _, address: __, ...texts } = traces;
        for (const trace of Object.values(texts)) expect(left).not.toContain(trace);
        expect(await numbers()).toBe(before);
      });

      it('does nothing more when it is done again', async () => {
        const { tracker } = current;
        const customerId = unique('c');
        const { clickId, metadata } = await somebody(tracker, customerId);
        await report(tracker, order({ clickId, customerId, metadata }));
        expect((await erase(tracker, customerId)).body.conversions).toBe(1);
        const nothing = { clicks: 0, conversions: 0, inboundPostbacks: 0 };
        for (const path of [customerId, `by-click/${clickId}`, unique('nobody'), `by-click/${'0'.repeat(26)}`]) {
          const answer = await erase(tracker, path);
          expect([answer.status, answer.body]).toEqual([200, nothing]);
        }
      });

      it('erases the customer of one advertiser only, when it is named', async () => {
        const { tracker } = current;
        const customerId = unique('c');
        const ours = order({ customerId });
        const theirs = order({ customerId });
        await report(tracker, ours);
        await report(tracker, theirs, { advertiser: 'rival', secret: SECRETS.rival });
        const answer = await erase(tracker, `${customerId}?advertiser=rival`);
        expect(answer.body).toEqual({ clicks: 0, conversions: 1, inboundPostbacks: 1 });
        const customerOf = async ({ transactionId }: Json) =>
          ((await manage(tracker, `/v1/conversions?transactionId=${transactionId}`)).body.items as Json[])[0]
            ?.customerId;
        expect([await customerOf(ours), await customerOf(theirs)]).toEqual([customerId, null]);
        const audit = await manage(tracker, '/v1/audit?kind=person&key=rival');
        expect(audit.body.items).toMatchObject([
          { actor: 'admin', action: 'erased', changes: { conversions: { to: 1 } } },
        ]);
        expect(audit.text).not.toContain(customerId);
        expect((await erase(tracker, `${customerId}?advertiser=nobody`)).status).toBe(404);
      });

      it('looks through a long log without keeping anybody waiting', async () => {
        const { tracker } = current;
        const customerId = unique('long');
        const rows = Array.from({ length: 1_000 }, () => created({ transactionId: unique() }));
        for (let i = 0; i < 3; i++) await postBatch(tracker, rows);
        const refused = created({ transactionId: unique(), customerId, revnue: '1.00' });
        await postBatch(tracker, [refused]);
        let erased: Json = {};
        const turns = await turnsDuring(async () => {
          erased = { ...(await tracker.get(People).eraseCustomer(customerId)) };
        });
        expect(erased).toEqual({ clicks: 0, conversions: 0, inboundPostbacks: 1 });
        expect(turns).toBeGreaterThan(2);
      });

      it('needs the operator, and an id that can be one', async () => {
        const { tracker } = current;
        expect((await send(tracker, '/v1/people/c_1', { method: 'DELETE' })).status).toBe(401);
        expect((await erase(tracker, 'by-click/none')).status).toBe(400);
        expect((await erase(tracker, `?customerId=${'x'.repeat(129)}`)).status).toBe(400);
        expect((await erase(tracker, '')).status).toBe(400);
      });

      it('may name an id that is too long for a path in the query', async () => {
        const { tracker } = current;
        const customerId = unique('c').padEnd(128, 'x');
        await report(tracker, order({ customerId }));
        expect((await erase(tracker, `?customerId=${customerId}`)).body.conversions).toBe(1);
      });
    },
    { behindProxy: true, options: { keepIp: 'full', keepUserAgent: 'full' } },
  );
});
