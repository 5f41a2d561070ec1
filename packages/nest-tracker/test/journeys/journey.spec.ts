import { describe, expect, it } from '@jest/globals';
import { SECRETS } from '../support/catalog.js';
import { decide, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { type Answer, click, type Json, manage } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';

const DAY = 86_400_000;
const payout = [{ kind: 'percent', percent: '10' }];
const base = catalogOf([offerOf('boots', { payout }), offerOf('hats', { payout, advertiser: 'rival' })]);
const seed = {
  ...base,
  advertisers: [...(base.advertisers as Json[]), { key: 'rival', secrets: [SECRETS.rival] }],
};

describe('the journey of a customer', () => {
  onEveryDatabase(
    (current, clock) => {
      const visit = (customerId: string, channel: string, campaign = 'boots') => {
        clock.time += 1_000;
        return click(current.tracker, campaign, new URLSearchParams({ channel, customer_id: customerId }).toString());
      };
      const sell = (data: Json, options: { advertiser?: string; secret?: string } = {}) => {
        clock.time += 1_000;
        const order = { transactionId: unique(), revenue: '10.00', currency: 'EUR' };
        return report(current.tracker, { ...order, ...data }, { at: clock.date, ...options });
      };
      const ask = (customerId: string, query = ''): Promise<Answer> =>
        manage(current.tracker, `/v1/customers/${encodeURIComponent(customerId)}/journey${query}`);
      const items = async (customerId: string, query = '') => (await ask(customerId, query)).body.items as Json[];

      it('has every touch over channels and every conversion, with each touch’s credit to the cent', async () => {
        const customerId = unique('c');
        const touches = [];
        for (const channel of ['email', 'sms', 'app']) {
          touches.push(await visit(customerId, channel));
          clock.time += 7 * DAY;
        }
        clock.time -= 7 * DAY;
        await sell({ customerId, clickId: touches[1] });
        const all = await items(customerId);
        expect(all.map(({ type, channel }) => channel ?? type)).toEqual(['email', 'sms', 'app', 'conversion']);
        const [touch, , , conversion] = all as [Json, Json, Json, Json];
        expect(touch).toMatchObject({
          clickId: touches[0],
          campaign: 'boots',
          offer: 'boots',
          partner: 'blog',
          os: 'Linux',
        });
        expect(conversion).toMatchObject({
          clickId: touches[1],
          revenue: { amount: '10.00', currency: 'EUR' },
          payout: { amount: '1.00', currency: 'EUR' },
        });
        const credit = conversion.credit as Record<string, { revenue: string; payout: string }>[];
        const shares = (model: string) => credit.map((part) => `${part[model]?.revenue} ${part[model]?.payout}`);
        expect(credit.map(({ clickId, channel }) => [clickId, channel])).toEqual(
          touches.map((id, i) => [id, ['email', 'sms', 'app'][i]]),
        );
        expect(shares('first')).toEqual(['10.00 1.00', '0.00 0.00', '0.00 0.00']);
        expect(shares('last')).toEqual(['0.00 0.00', '0.00 0.00', '10.00 1.00']);
        expect(shares('linear')).toEqual(['3.34 0.34', '3.33 0.33', '3.33 0.33']);
        expect(shares('timeDecay')).toEqual(['1.43 0.14', '2.86 0.29', '5.71 0.57']);
        expect(shares('position')).toEqual(['4.00 0.40', '2.00 0.20', '4.00 0.40']);
      });

      it('knows clicks by the conversions that name both, also after the clicks are gone', async () => {
        const customerId = unique('c');
        const lead = await click(current.tracker, 'boots', 'channel=push');
        await sell({ customerId, clickId: lead, event: 'lead', revenue: '0.00' });
        await sell({ customerId });
        const types = async () => (await items(customerId)).map(({ type, channel }) => channel ?? type);
        expect(await types()).toEqual(['push', 'conversion', 'conversion']);
        await current.tracker.database.query('DELETE FROM tallyback_clicks WHERE id = $1', [lead]);
        const [touch, , bought] = await items(customerId);
        expect(touch).toMatchObject({
          type: 'touch',
          clickId: lead,
          channel: null,
          campaign: 'boots',
          browser: 'Chrome',
        });
        expect(bought?.credit).toMatchObject([{ clickId: lead, linear: { revenue: '10.00', payout: '1.00' } }]);
      });

      it('has what came of the customer’s clicks and names nobody, but not what names somebody else', async () => {
        const [customerId, other] = [unique('c'), unique('c')];
        const [letter, second] = [await visit(customerId, 'email'), await visit(customerId, 'sms')];
        const { body } = await sell({ clickId: second });
        await sell({ clickId: letter, customerId: other });
        const bought = (await items(customerId)).slice(2);
        expect(bought).toMatchObject([{ type: 'conversion', conversionId: body.conversionId }]);
        expect(bought[0]?.credit).toMatchObject([{ clickId: letter }, { clickId: second }]);
        const lead = await click(current.tracker, 'boots');
        await sell({ customerId: other, clickId: lead, event: 'lead' });
        const later = await sell({ clickId: lead });
        expect(await items(other)).toContainEqual(expect.objectContaining({ conversionId: later.body.conversionId }));
      });

      it('gives no credit for what does not count, and none to touches that are too old or came later', async () => {
        const customerId = unique('c');
        const old = await visit(customerId, 'email');
        clock.time += 30 * DAY;
        const recent = await visit(customerId, 'sms');
        const { body } = await sell({ customerId, clickId: recent });
        const transactionId = unique();
        await sell({ customerId, transactionId });
        await visit(customerId, 'app');
        await decide(current.tracker, { transactionId, status: 'refunded' });
        const credited = async (query = '') =>
          (await items(customerId, query))
            .filter(({ type }) => type === 'conversion')
            .map(({ credit }) => (credit as Json[]).map(({ clickId }) => clickId));
        expect(body.outcome).toBe('recorded');
        expect(await credited()).toEqual([[old, recent], []]);
        expect(await credited('?lookbackDays=29.5')).toEqual([[recent], []]);
        const [, , half] = await items(customerId, '?halfLifeDays=30');
        expect(half?.credit).toMatchObject([{ timeDecay: { revenue: '3.33' } }, { timeDecay: { revenue: '6.67' } }]);
      });

      it('leaves out robots and prefetches that carried the customer’s id', async () => {
        const customerId = unique('c');
        const path = `/c/boots?customer_id=${customerId}`;
        const { url } = current.tracker;
        await fetch(`${url}${path}`, { redirect: 'manual', headers: { 'user-agent': 'Googlebot/2.1' } });
        expect((await ask(customerId)).status).toBe(404);
        const clickId = await visit(customerId, 'email');
        expect((await items(customerId)).map((item) => item.clickId)).toEqual([clickId]);
      });

      it('comes in pages that miss and repeat nothing', async () => {
        const customerId = `${unique('c')}/${'x'.repeat(80)}`;
        for (let i = 0; i < 5; i++) {
          const clickId = await visit(customerId, 'email');
          if (i % 2 === 0) await sell({ customerId, clickId });
        }
        const named = (query: string) =>
          manage(current.tracker, `/v1/customers/journey?${new URLSearchParams({ customerId })}${query}`);
        const whole = (await named('')).body.items as Json[];
        const paged: Json[] = [];
        let next: unknown = '';
        for (let pages = 0; next !== null && pages < 9; pages++) {
          const { body } = await named(`&limit=3${next && `&cursor=${next}`}`);
          paged.push(...(body.items as Json[]));
          next = body.next;
        }
        expect(whole).toHaveLength(8);
        expect(paged).toEqual(whole);
      });

      it('is one advertiser’s: of two who use the same id it must be said which', async () => {
        const customerId = unique('c');
        const [ours, theirs] = [await visit(customerId, 'email'), await visit(customerId, 'sms', 'hats')];
        const both = await ask(customerId);
        expect([both.status, both.body.detail]).toEqual([400, expect.stringMatching(/acme,rival/)]);
        const clicks = async (query: string) => (await items(customerId, query)).map(({ clickId }) => clickId);
        expect([await clicks('?advertiser=acme'), await clicks('?advertiser=rival')]).toEqual([[ours], [theirs]]);
        expect((await ask(customerId, '?advertiser=nobody')).status).toBe(404);
      });

      it('is refused for an id that is nobody’s own', async () => {
        const customerId = unique('guest');
        const id = await visit(customerId, 'email');
        const { database } = current.tracker;
        const [row] = await database.query('SELECT * FROM tallyback_clicks WHERE id = $1', [id]);
        const names = Object.keys(row as object);
        const copied = names.map((name) =>
          name === 'id' ? `'00000000000000000000' || CAST(100000 + n AS TEXT)` : name,
        );
        await database.query(
          `WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 2000)
           INSERT INTO tallyback_clicks (${names}) SELECT ${copied} FROM tallyback_clicks, k WHERE id = $1`,
          [id],
        );
        const answer = await ask(customerId);
        expect([answer.status, answer.body.detail]).toEqual([422, expect.stringMatching(/shared/)]);
      });

      it.each([
        ['?limit=0', 'limit'],
        ['?limit=1001', 'limit'],
        ['?halfLifeDays=0', 'halfLifeDays'],
        ['?halfLifeDays=-1', 'halfLifeDays'],
        ['?lookbackDays=3651', 'lookbackDays'],
        ['?cursor=x', 'cursor'],
      ])('is refused by the name of what makes no sense: %s', async (query, name) => {
        const answer = await ask('c_81', query);
        expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(`"${name}"`)]);
      });
    },
    { seed },
  );
});
