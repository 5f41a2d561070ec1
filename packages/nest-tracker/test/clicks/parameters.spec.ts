import { describe, expect, it } from '@jest/globals';
import type { Row } from '../support/databases.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

async function locationOf(tracker: Tracker, path: string): Promise<string> {
  return (await send(tracker, path)).headers.location ?? '';
}

async function rowOf(tracker: Tracker, id: string): Promise<Row> {
  const [row] = await tracker.database.query('SELECT * FROM tallyback_clicks WHERE id = $1', [id]);
  if (!row) throw new Error(`There is no click ${id}`);
  return row;
}

describe('the parameters of a click', () => {
  onEveryTracker((current) => {
    it('fill every macro of the destination, percent-encoded for where they stand', async () => {
      const query = new URLSearchParams({
        sub1: 'two words & a=b#c?d/e',
        sub2: 'été 😀',
        sub3: '100%+1',
        external_id: 'aff:42',
        cost: '0.5',
        kw: "it's 'quoted'",
      });
      const location = await locationOf(current.tracker, `/c/macros?${query}`);
      const id = new URL(location).searchParams.get('id') ?? '';
      expect(location).toBe(
        `https://shop.example/%C3%A9t%C3%A9%20%F0%9F%98%80/land?id=${id}&s=two%20words%20%26%20a%3Db%23c%3Fd%2Fe` +
          '&x=aff%3A42&c=macros&o=macros&p=blog&cost=0.50&q=it%27s%20%27quoted%27&e=100%25%2B1',
      );
      const row = await rowOf(current.tracker, id);
      expect(row).toMatchObject({ sub1: 'two words & a=b#c?d/e', sub2: 'été 😀', external_id: 'aff:42' });
      expect(Number(row.cost)).toBe(50);
      expect(JSON.parse(String(row.query))).toEqual({ kw: "it's 'quoted'" });
    });

    it('leave the places of absent values empty', async () => {
      const location = await locationOf(current.tracker, '/c/macros');
      expect(location).toMatch(
        /^https:\/\/shop\.example\/\/land\?id=[0-9a-z]{26}&s=&x=&c=macros&o=macros&p=blog&cost=&q=&e=$/,
      );
    });

    it('cannot break out of the Location header', async () => {
      const answer = await send(current.tracker, '/c/macros?sub1=a%0d%0aSet-Cookie:%20pwned=1%0d%0a%0d%0a<script>');
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers.location).toContain('s=a%0D%0ASet-Cookie%3A%20pwned%3D1%0D%0A%0D%0A%3Cscript%3E');
      expect(answer.text).not.toContain('<script>');
    });

    it.each([
      ['no-macro', 'https://shop.example/land?clickid=ID'],
      ['no-macro-query', 'https://shop.example/land?a=1&clickid=ID'],
      ['no-macro-fragment', 'https://shop.example/land?a=1&clickid=ID#top'],
    ])('append the click id to a destination that does not place it (%s)', async (campaign, expected) => {
      const location = await locationOf(current.tracker, `/c/${campaign}`);
      expect(location.replace(/[0-9a-z]{26}/, 'ID')).toBe(expected);
    });

    it('are kept: sub1 to sub10, the partner’s own click-id parameter, and everything else by its name', async () => {
      const subs = Array.from({ length: 10 }, (_, i) => `sub${i + 1}=v${i + 1}`).join('&');
      const location = await locationOf(
        current.tracker,
        `/c/own-click-id?${subs}&zoneid=Z-1&external_id=other&sub11=x&gclid=G&__proto__=p&constructor=c`,
      );
      expect(new URL(location).searchParams.get('x')).toBe('Z-1');
      const row = await rowOf(current.tracker, new URL(location).searchParams.get('id') ?? '');
      for (let i = 1; i <= 10; i++) expect(row[`sub${i}`]).toBe(`v${i}`);
      expect(row.external_id).toBe('Z-1');
      expect(String(row.query)).toBe(
        '{"external_id":"other","sub11":"x","gclid":"G","__proto__":"p","constructor":"c"}',
      );
    });

    it('are cut to what the database holds, without NUL and without half characters', async () => {
      const emoji = '😀'.repeat(300);
      const query = new URLSearchParams({
        sub1: 'x'.repeat(3_000),
        sub2: `a\0b`,
        sub3: emoji,
        external_id: '\0',
        kw: '\0k',
      });
      const location = await locationOf(current.tracker, `/c/macros?${query}`);
      const row = await rowOf(current.tracker, new URL(location).searchParams.get('id') ?? '');
      expect(row).toMatchObject({ sub1: 'x'.repeat(255), sub2: 'ab', sub3: '😀'.repeat(255), external_id: null });
      expect(JSON.parse(String(row.query))).toEqual({ kw: 'k' });
      expect(location).toContain('/ab/land');
    });

    it('count once when they are repeated: the first value wins', async () => {
      const id = await click(current.tracker, 'macros', 'sub1=first&sub1=second&kw=1&kw=2&external_id=A&external_id=B');
      const row = await rowOf(current.tracker, id);
      expect(row).toMatchObject({ sub1: 'first', external_id: 'A' });
      expect(JSON.parse(String(row.query))).toEqual({ kw: '1' });
    });

    it('may be percent-encoded wrongly without costing the click', async () => {
      const id = await click(current.tracker, 'macros', 'sub1=%zz%E4&sub2=%&=x&&a');
      expect(await rowOf(current.tracker, id)).toMatchObject({ sub1: '%zz\u{fffd}', sub2: '%' });
    });

    it.each([
      ['boots', '1.234', 'EUR has 2 decimals; the amount has 3 and is not rounded'],
      ['boots', '1,50', 'amount must be a plain decimal string such as "49.90"'],
      ['boots', '-1', 'a cost is not negative'],
      ['boots', '1e3', 'amount must be a plain decimal string such as "49.90"'],
      ['yen', '0.5', 'JPY has 0 decimals; the amount has 1 and is not rounded'],
      ['yen', '7', 7],
      ['dinar', '0.125', 125],
    ])(
      'read the cost of %s as exactly as its currency allows, or say why not: %s',
      async (campaign, cost, expected) => {
        const row = await rowOf(
          current.tracker,
          await click(current.tracker, campaign, `cost=${encodeURIComponent(cost)}`),
        );
        const { body } = await manage(current.tracker, `/v1/clicks/${row.id}`);
        if (typeof expected === 'number') {
          expect(Number(row.cost)).toBe(expected);
          expect(body).not.toHaveProperty('costFault');
          return;
        }
        expect(row.cost).toBeNull();
        expect(body).toMatchObject({
          cost: null,
          query: { cost },
          costFault: `cost=${cost} is not counted: ${expected}`,
        });
      },
    );

    it.each([
      ['in the path', 'sub2=%2F%2Fevil.example%2F'],
      ['as a parent folder', 'sub2=..'],
      ['with a backslash', 'sub2=%5C%5Cevil.example'],
      ['as user info', 'sub2=%40evil.example'],
      ['under names of other trackers', 'url=https://evil.example&redirect=//evil.example&destination=evil.example'],
      ['as the query of a macro', 'kw=https%3A%2F%2Fevil.example'],
    ])('cannot choose the host of the redirect %s', async (_, query) => {
      const { tracker } = current;
      const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'javascript', host: 'evil.example' };
      const answer = await send(tracker, `/c/macros?${query}`, { headers: forged });
      expect(answer.status).toBe(302);
      expect(new URL(answer.headers.location ?? '').origin).toBe('https://shop.example');
    });
  });
});
