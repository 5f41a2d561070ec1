import { describe, expect, it } from '@jest/globals';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, inboundLog, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const CLICK_ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

async function countsOf(tracker: Tracker, campaign: string): Promise<unknown> {
  const { body } = await manage(tracker, `/v1/reports?groupBy=campaign&filter[campaign]=${campaign}`);
  return (body.rows as unknown[])[0];
}

async function newestClick(tracker: Tracker): Promise<Record<string, unknown>> {
  const [row] = await tracker.database.query('SELECT * FROM tallyback_clicks ORDER BY id DESC LIMIT 1');
  return { ...row, bot: Boolean(row?.bot) };
}

describe('a click link', () => {
  onEveryTracker((current) => {
    it('redirects with the click id and headers that keep the answer out of caches and indexes', async () => {
      const answer = await send(current.tracker, '/c/boots');
      expect(answer.status).toBe(302);
      const location = new URL(answer.headers.location ?? '');
      expect(location.href.startsWith('https://shop.example/boots?clickid=')).toBe(true);
      expect(location.searchParams.get('clickid')).toMatch(CLICK_ID);
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
        'referrer-policy': 'no-referrer-when-downgrade',
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.text).toBe('');
    });

    it('has its row in the database before the visitor is answered', async () => {
      const { tracker } = current;
      const started = Date.now();
      const id = await click(tracker, 'boots', 'sub1=durable');
      const [row] = await tracker.database.query(
        `SELECT k.*, c.key AS campaign, o.key AS offer, p.key AS partner, a.key AS advertiser FROM tallyback_clicks k
           JOIN tallyback_campaigns c ON c.id = k.campaign_id JOIN tallyback_offers o ON o.id = k.offer_id
           JOIN tallyback_partners p ON p.id = k.partner_id JOIN tallyback_advertisers a ON a.id = k.advertiser_id
          WHERE k.id = $1`,
        [id],
      );
      expect(row).toMatchObject({ kind: 'click', sub1: 'durable', currency: 'EUR', ip: '127.0.0.0' });
      expect(row).toMatchObject({ campaign: 'boots', offer: 'boots', partner: 'blog', advertiser: 'acme' });
      expect(Number(row?.at)).toBeGreaterThanOrEqual(started);
      expect(Number(row?.at)).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    it('can be looked up by its id, in either case, with catalog keys and without what identifies the visitor', async () => {
      const { tracker } = current;
      const id = await click(tracker, 'boots', 'cost=1.20&kw=shoes');
      const { status, body } = await manage(tracker, `/v1/clicks/${id.toUpperCase()}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        id,
        campaign: 'boots',
        partner: 'blog',
        kind: 'click',
        bot: false,
        query: { kw: 'shoes' },
      });
      expect(body.cost).toEqual({ amount: '1.20', currency: 'EUR' });
      expect(body.visitor).toBeUndefined();
      expect((await manage(tracker, '/v1/clicks/01arz3ndektsv4rrffq69g5fav')).status).toBe(404);
      expect((await manage(tracker, '/v1/clicks/nonsense')).status).toBe(404);
      expect((await send(tracker, `/v1/clicks/${id}`)).status).toBe(401);
    });

    it.each([
      ['see-other', 303],
      ['temporary', 307],
    ])('redirects with the status that campaign %s chose', async (campaign, status) => {
      expect((await send(current.tracker, `/c/${campaign}`)).status).toBe(status);
    });

    it('goes only to active offers with a weight', async () => {
      const { tracker } = current;
      const locations = await Promise.all(
        Array.from({ length: 20 }, async () => (await send(tracker, '/c/weighted')).headers.location ?? ''),
      );
      expect(new Set(locations.map((location) => new URL(location).pathname))).toEqual(new Set(['/boots']));
    });

    it.each([
      ['HEAD', {}, 'head'],
      ['GET', { 'sec-purpose': 'prefetch' }, 'prefetch'],
      ['GET', { 'sec-purpose': 'prefetch;prerender' }, 'prefetch'],
      ['GET', { purpose: 'prefetch' }, 'prefetch'],
      ['GET', { 'x-moz': 'prefetch' }, 'prefetch'],
    ])(
      'redirects %s requests with %j, stores them as "%s" … and does not count them',
      async (method, headers, kind) => {
        const { tracker } = current;
        const before = await countsOf(tracker, 'boots');
        const answer = await send(tracker, '/c/boots', { method, headers });
        expect(answer.status).toBe(302);
        const id = new URL(answer.headers.location ?? '').searchParams.get('clickid');
        expect(await newestClick(tracker)).toMatchObject({ id, kind, bot: false });
        expect(await countsOf(tracker, 'boots')).toEqual(before);
      },
    );

    it.each([
      ['a known robot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
      ['a script', 'curl/8.5.0'],
      ['nothing', ''],
    ])('redirects a visitor that says it is %s, flagged and counted apart', async (_, userAgent) => {
      const { tracker } = current;
      const before = (await countsOf(tracker, 'boots')) as { clicks: number; bots: number };
      expect((await send(tracker, '/c/boots', { headers: { 'user-agent': userAgent } })).status).toBe(302);
      expect(await newestClick(tracker)).toMatchObject({ kind: 'click', bot: true });
      expect(await countsOf(tracker, 'boots')).toMatchObject({ clicks: before.clicks, bots: before.bots + 1 });
    });

    it.each(['c', 'o'])('takes a slash after the campaign of /%s/ for none', async (route) => {
      for (const path of [`/${route}/see-other/`, `/${route}/see-other/?sub1=a`]) {
        const answer = await send(current.tracker, path);
        expect([answer.status, new URL(answer.headers.location ?? '').pathname]).toEqual([303, '/boots']);
      }
      expect((await send(current.tracker, `/${route}/`)).status).toBe(404);
    });

    it.each(['nowhere', 'closed', 'weightless', 'paused', 'Boots', '%00', 'x'.repeat(90)])(
      'answers 404 for campaign %s, which is unknown or paused, and logs it',
      async (campaign) => {
        const { tracker } = current;
        const answer = await send(tracker, `/c/${campaign}`);
        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
        expect(answer.body).toMatchObject({ outcome: 'rejected', reason: 'campaign_not_found', status: 404 });
        const [logged] = await inboundLog(tracker, { reason: 'campaign_not_found' });
        expect(logged).toMatchObject({ outcome: 'rejected', step: 'findCampaign', status: 404, method: 'GET' });
      },
    );

    it('sends visitors of a paused campaign to its fallback, without a click, and logs it', async () => {
      const { tracker } = current;
      const answer = await send(tracker, '/c/closed-with-fallback?url=https://evil.example');
      expect(answer.status).toBe(302);
      expect(answer.headers.location).toBe('https://shop.example/elsewhere');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(await inboundLog(tracker, { campaign: 'closed-with-fallback' })).toMatchObject([
        { outcome: 'rejected', reason: 'campaign_not_found', campaign: 'closed-with-fallback', status: 302 },
      ]);
      const rows = await tracker.database.query(
        "SELECT 1 FROM tallyback_clicks k JOIN tallyback_campaigns c ON c.id = k.campaign_id WHERE c.key = 'closed-with-fallback'",
      );
      expect(rows).toEqual([]);
    });

    it('answers a path that cannot be decoded with a client error', async () => {
      expect((await send(current.tracker, '/c/%zz')).status).toBe(400);
    });

    it('takes no other method', async () => {
      expect((await send(current.tracker, '/c/boots', { method: 'POST' })).status).toBe(404);
    });
  });
});

describe('a click link of a module with options', () => {
  onEveryTracker(
    (current) => {
      it('sends visitors of unknown campaigns to the module’s own fallback', async () => {
        const answer = await send(current.tracker, '/c/nowhere');
        expect(answer.status).toBe(302);
        expect(answer.headers.location).toBe('https://house.example/');
      });

      it('lets the campaign’s own fallback go first', async () => {
        const { headers } = await send(current.tracker, '/c/closed-with-fallback');
        expect(headers.location).toBe('https://shop.example/elsewhere');
      });

      it('sends the referrer policy it was given and keeps the address it was told to keep', async () => {
        const { tracker } = current;
        const answer = await send(tracker, '/c/boots', { headers: { referer: 'https://blog.example/review' } });
        expect(answer.headers['referrer-policy']).toBe('no-referrer');
        const row = await newestClick(tracker);
        expect(row).toMatchObject({ ip: '127.0.0.1', referrer: 'https://blog.example/review' });
      });
    },
    { options: { fallbackUrl: 'https://house.example/', referrerPolicy: 'no-referrer', keepIp: 'full' } },
  );
});
