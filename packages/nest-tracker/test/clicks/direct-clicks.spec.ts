import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, inboundLog, type Json, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const ORIGIN = 'https://shop.example';
const CLICK_ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

function tell(tracker: Tracker, body: Json | string, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send(tracker, '/v1/clicks', {
    method: 'POST',
    headers: { origin: ORIGIN, 'content-type': 'text/plain;charset=UTF-8', ...headers },
    body: text,
  });
}

const clickOf = async (tracker: Tracker, { body }: Answer) =>
  (await manage(tracker, `/v1/clicks/${body.clickId}`)).body;

describe('a click without a redirect', () => {
  onEveryTracker((current) => {
    it.each(['text/plain', 'text/plain;charset=UTF-8', 'application/json'])(
      'is recorded from a body of type %s and answered to the page that sent it',
      async (type) => {
        const { tracker } = current;
        const key = `type ${type}`;
        const answer = await tell(tracker, { campaign: 'boots', key }, { 'content-type': type });
        expect(answer).toMatchObject({ status: 200, body: { status: 'new' } });
        expect(answer.body.clickId).toMatch(CLICK_ID);
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': ORIGIN,
          'access-control-allow-credentials': 'true',
          'cache-control': 'no-store',
          'content-type': expect.stringMatching(/^application\/json/),
        });
        expect(answer.headers.vary).toMatch(/origin/i);
        expect(await clickOf(tracker, answer)).toMatchObject({ kind: 'click', bot: false, campaign: 'boots' });
      },
    );

    it('keeps what the page says, and of its address what a click link would keep', async () => {
      const { tracker } = current;
      const answer = await tell(tracker, {
        campaign: 'boots',
        key: 'fields',
        url: 'https://shop.example/?campaign=boots&sub1=from-url&sub2=two&kw=shoes&cost=0.30&external_id=url',
        referrer: 'https://blog.example/review',
        externalId: 'X-77',
        sub1: 'from-page',
        sub11: 'ignored',
        somethingNew: { nested: true },
      });
      expect(answer.status).toBe(200);
      expect(await clickOf(tracker, answer)).toMatchObject({
        externalId: 'X-77',
        sub1: 'from-page',
        sub2: 'two',
        referrer: 'https://blog.example/review',
        cost: { amount: '0.30', currency: 'EUR' },
        query: { kw: 'shoes', campaign: 'boots' },
      });
    });

    it('is one click however often it is told under its key, and another in another campaign', async () => {
      const { tracker } = current;
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => tell(tracker, { campaign: 'boots', key: 'again' })),
      );
      expect(new Set(answers.map(({ body }) => body.clickId)).size).toBe(1);
      expect(answers.map(({ body }) => body.status).sort()).toEqual(['new', ...Array(19).fill('same')]);
      const later = await tell(tracker, { campaign: 'boots', key: 'again' });
      expect(later.body).toEqual({ clickId: answers[0]?.body.clickId, status: 'same' });
      const other = await tell(tracker, { campaign: 'macros', key: 'again' });
      expect(other.body).toMatchObject({ status: 'new' });
      const stored = await tracker.database.query('SELECT 1 FROM tallyback_clicks WHERE id = $1', [later.body.clickId]);
      expect(stored).toHaveLength(1);
    });

    it('is flagged when it comes from a robot', async () => {
      const { tracker } = current;
      const answer = await tell(tracker, { campaign: 'boots', key: 'bot' }, { 'user-agent': 'curl/8.5.0' });
      expect(await clickOf(tracker, answer)).toMatchObject({ bot: true });
    });

    it('answers a preflight of a page that may ask, and gives others no permission', async () => {
      const { tracker } = current;
      const preflight = (origin: string) =>
        send(tracker, '/v1/clicks', {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          },
        });
      const { status, headers } = await preflight('https://www.shop.example:8443');
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': 'https://www.shop.example:8443',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
      });
      expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    });

    it.each(['https://evil.example', 'https://evilshop.example', 'https://shop.example.evil.example', 'null'])(
      'refuses a page of origin %s, which no offer leads to, and logs it',
      async (origin) => {
        const { tracker } = current;
        const answer = await tell(tracker, { campaign: 'boots', key: 'evil' }, { origin });
        expect(answer.status).toBe(400);
        expect(answer.body).toMatchObject({ outcome: 'rejected', reason: 'invalid_field', field: 'origin' });
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        const [logged] = await inboundLog(tracker, { campaign: 'boots', reason: 'invalid_field' });
        expect(logged).toMatchObject({ status: 400, method: 'POST', step: 'findCampaign' });
      },
    );

    it('takes a request without an origin, as a server sends it', async () => {
      const { headers, status } = await send(current.tracker, '/v1/clicks', {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ campaign: 'boots', key: 'server' }),
      });
      expect(status).toBe(200);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    });

    it.each([
      ['no JSON', 'campaign=boots', 400, 'malformed_request', undefined],
      ['a list', '[]', 400, 'malformed_request', undefined],
      ['nothing', '', 400, 'malformed_request', undefined],
      ['no campaign', '{"key":"k"}', 400, 'missing_field', 'campaign'],
      ['no key', '{"campaign":"boots"}', 400, 'missing_field', 'key'],
      ['too long a key', JSON.stringify({ campaign: 'boots', key: 'k'.repeat(257) }), 400, 'invalid_field', 'key'],
      ['an unknown campaign', '{"campaign":"nowhere","key":"k"}', 404, 'campaign_not_found', 'campaign'],
      ['a paused campaign', '{"campaign":"closed-with-fallback","key":"k"}', 404, 'campaign_not_found', 'campaign'],
      ['a paused offer', '{"campaign":"paused","key":"k"}', 404, 'campaign_not_found', 'campaign'],
      ['too large a body', JSON.stringify({ url: 'x'.repeat(20_000) }), 413, 'body_too_large', undefined],
    ])('refuses %s in a way that the page can read', async (_, body, status, reason, field) => {
      const answer = await tell(current.tracker, body);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ outcome: 'rejected', reason, ...(field && { field }) });
      expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    });
  });
});

describe('clicks without a redirect and the module’s options', () => {
  onEveryTracker(
    (current) => {
      it('come from origins that the options name', async () => {
        const headers = { origin: 'https://landing.example' };
        const { status } = await tell(current.tracker, { campaign: 'boots', key: 'landing' }, headers);
        expect(status).toBe(200);
      });

      it('are refused beyond what an address may send, with the time to wait', async () => {
        const { tracker } = current;
        const answers = await Promise.all(
          Array.from({ length: 6 }, (_, i) => tell(tracker, { campaign: 'boots', key: `many ${i}` })),
        );
        const refused = answers.filter(({ status }) => status === 429);
        expect(refused.length).toBeGreaterThan(0);
        expect(refused[0]?.headers).toMatchObject({
          'retry-after': expect.any(String),
          'access-control-allow-origin': ORIGIN,
        });
        expect(refused[0]?.body).toMatchObject({ reason: 'rate_limited' });
      });
    },
    {
      options: { directClickOrigins: ['https://landing.example'], directClickLimit: { perSecond: 0.01, burst: 3 } },
    },
  );
});

describe.each(DATABASES)('several trackers on one $database', ({ createDatabase }) => {
  let database: TestDatabase;
  const trackers: Tracker[] = [];
  beforeAll(async () => {
    database = await createDatabase();
    for (let i = 0; i < 2; i++) trackers.push(await startTracker({ database }));
  });
  afterAll(async () => {
    for (const tracker of trackers) await tracker.close();
    await database.drop();
  });

  it('record a click once that all of them are told of', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `shared ${i}`);
    const told = keys.flatMap((key) => trackers.map((tracker) => tell(tracker, { campaign: 'boots', key })));
    const answers = await Promise.all(told);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ body }) => body.status === 'new')).toHaveLength(keys.length);
    expect(new Set(answers.map(({ body }) => body.clickId)).size).toBe(keys.length);
    const [row] = await database.query('SELECT COUNT(*) AS count FROM tallyback_clicks');
    expect(Number(row?.count)).toBe(keys.length);
  });
});
