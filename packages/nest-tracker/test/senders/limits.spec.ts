import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TrackerOptions } from '../../src/index.js';
import { CATALOG, SECRETS, TOKEN } from '../support/catalog.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { created, postBatch, postback, report, unique } from '../support/messages.js';
import { SetClock } from '../support/on-every-database.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import { ADAPTERS, startTracker, type Tracker } from '../support/start-tracker.js';

const LIMITED = { perSecond: 2, burst: 3 };
const seed = {
  ...CATALOG,
  advertisers: CATALOG.advertisers.map((one) => (one.key === 'acme' ? { ...one, rateLimit: LIMITED } : one)),
};

function expectLimited(answer: Answer, retryAfter: string): void {
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, retryAfter]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ reason: 'rate_limited', status: 429, detail: expect.any(String) });
  expect(answer.body).not.toHaveProperty('outcome');
}

describe.each(ADAPTERS.map((adapter, i) => ({ adapter, ...(DATABASES[i] as (typeof DATABASES)[number]) })))(
  'limits with $adapter on $database',
  ({ adapter, createDatabase }) => {
    let database: TestDatabase;
    let tracker: Tracker;
    const clock = new SetClock();
    const start = async (options: Partial<TrackerOptions>) => {
      database = await createDatabase();
      tracker = await startTracker({ database, adapter, now: clock.now, behindProxy: true, options });
    };
    const stop = async () => {
      await tracker?.close();
      await database.drop();
    };
    const message = (options: Json = {}) =>
      report(tracker, { transactionId: unique() }, { at: clock.date, ...options });
    const many = async (count: number, one: () => Promise<Answer>) => {
      const answers: Answer[] = [];
      for (let i = 0; i < count; i++) answers.push(await one());
      return answers;
    };
    const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

    describe('of an advertiser', () => {
      beforeAll(() => start({ seed, rateLimit: { perSecond: 0.1 } }));
      afterAll(stop);

      it('let a burst through, then answer 429 and say when to come back', async () => {
        expect(statuses(await many(3, message))).toEqual([202, 202, 202]);
        expectLimited(await message(), '1');
        clock.time += 500;
        expect(statuses(await many(2, message))).toEqual([202, 429]);
        clock.time += 60_000;
      });

      it('are those of the module’s options where the advertiser has none of its own', async () => {
        const rival = { advertiser: 'rival', secret: SECRETS.rival };
        expect((await message(rival)).status).toBe(202);
        expectLimited(await message(rival), '10');
        clock.time += 9_001;
        expectLimited(await message(rival), '1');
        clock.time += 60_000;
      });

      it('are not used up by others who only name the advertiser', async () => {
        expect(statuses(await many(10, () => message({ secret: SECRETS.rival })))).toEqual(Array(10).fill(401));
        expect((await message()).status).toBe(202);
        clock.time += 60_000;
      });

      it('count every message of a batch, and let the rest of the time pay for it', async () => {
        const batch = (count: number) =>
          postBatch(
            tracker,
            Array.from({ length: count }, () => created({ transactionId: unique() })),
            { at: clock.date },
          );
        expect((await batch(23)).status).toBe(200);
        expectLimited(await batch(1), '11');
        expectLimited(await message(), '11');
        clock.time += 10_500;
        expect((await message()).status).toBe(202);
        clock.time += 60_000;
      });

      it('store nothing of what they refuse, and log one row a second that counts the rest', async () => {
        await many(3, message);
        const refused = unique();
        expectLimited(await report(tracker, { transactionId: refused }, { at: clock.date }), '1');
        await many(20, message);
        clock.time += 400;
        await many(4, message);
        const rows = async () =>
          (await inboundLog(tracker, { advertiser: 'acme', reason: 'rate_limited' })).slice(0, 2);
        const [only] = await rows();
        expect(only).toMatchObject({ transactionId: refused, status: 429, step: 'limitRate', sender: 'signature' });
        clock.time += 600;
        await many(3, message);
        expect((await rows())[0]?.detail).toContain('24 more');
        const found = await manage(tracker, `/v1/conversions?transactionId=${refused}`);
        expect(found.body.items).toEqual([]);
      });
    });

    describe('of an address that proves nothing', () => {
      beforeAll(() => start({ unprovenLimit: { perSecond: 0.5, burst: 3 } }));
      afterAll(stop);
      const guess = async (token: string, ip: string) => {
        const path = postback({ clickid: await click(tracker, 'by-token'), txid: unique(), token });
        return send(tracker, path, { headers: { 'x-forwarded-for': ip } });
      };

      it('bar it, also from a right guess, while everybody else goes on', async () => {
        expect(statuses(await many(3, () => guess('wrong', '198.51.100.1')))).toEqual([401, 401, 401]);
        expectLimited(await guess(TOKEN, '198.51.100.1'), '2');
        expect((await guess(TOKEN, '198.51.100.2')).status).toBe(201);
        clock.time += 2_000;
        expect((await guess(TOKEN, '::ffff:198.51.100.1')).status).toBe(201);
        expect(statuses(await many(2, () => guess('wrong', '198.51.100.1')))).toEqual([401, 429]);
      });

      it('hold for the whole /64 of an IPv6 address', async () => {
        expect(statuses(await many(3, () => guess('wrong', '2001:db8:1:2::1')))).toEqual([401, 401, 401]);
        expectLimited(await guess(TOKEN, '2001:db8:1:2:ffff::9'), '2');
        expect((await guess(TOKEN, '2001:db8:1:3::1')).status).toBe(201);
      });

      it('count wrong signatures and unknown advertisers, but no honest mistakes', async () => {
        const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
        const mistakes = await many(5, () => message({ at: new Date(clock.time - 900_000), ...from('198.51.100.5') }));
        expect(statuses(mistakes)).toEqual(Array(5).fill(401));
        const forged = [
          await message({ secret: SECRETS.rival, ...from('198.51.100.6') }),
          await message({ advertiser: 'nobody', ...from('198.51.100.6') }),
          await message({ secret: SECRETS.rival, ...from('198.51.100.6') }),
          await message(from('198.51.100.6')),
        ];
        expect(statuses(forged)).toEqual([401, 401, 401, 429]);
        const batch = await postBatch(tracker, [], { at: clock.date, ...from('198.51.100.6') });
        expect(batch.status).toBe(429);
      });
    });
  },
);

describe('a limit that cannot be', () => {
  it.each([
    ['rateLimit', { perSecond: 0 }],
    ['rateLimit', { perSecond: Number.NaN }],
    ['unprovenLimit', { perSecond: 5, burst: 0 }],
  ])('stops the boot and is named: %s %j', async (name, limit) => {
    const database = await DATABASES[0].createDatabase();
    try {
      await expect(startTracker({ database, options: { [name]: limit } })).rejects.toThrow(name);
    } finally {
      await database.drop();
    }
  });
});
