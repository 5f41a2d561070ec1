import { describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { Rotation } from '../../src/rotation/rotation.service.js';
import { createSqliteDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { onEveryDatabase, SetClock } from '../support/on-every-database.js';
import { click, type Json, manage, send } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';
import { startTracker } from '../support/start-tracker.js';

const offers = ['good', 'bad', 'new'].map((key) => ({ offer: key }));
const yen = offerOf('yen', { currency: 'JPY' });
const seed = catalogOf(
  [offerOf('good'), offerOf('bad'), offerOf('new'), yen],
  [
    {
      key: 'learning',
      partner: 'blog',
      offers: offers.slice(0, 2),
      rotation: 'thompson',
      learning: { halfLifeDays: 2 },
    },
    { key: 'greedy', partner: 'blog', offers, rotation: 'thompson', learning: { minimumShare: 0 } },
    { key: 'fixed', partner: 'blog', offers: [{ offer: 'good', weight: 3 }, { offer: 'bad' }] },
    {
      key: 'mixed',
      partner: 'blog',
      offers: [{ offer: 'good' }, { offer: 'yen' }],
      rotation: 'thompson',
      learning: { goal: 'revenue' },
    },
  ],
);

describe('a rotation that learns', () => {
  onEveryDatabase(
    (current, clock) => {
      const story = async (key: string) => (await manage(current.tracker, `/v1/campaigns/${key}/rotation`)).body;
      const shareOf = async (offer: string) =>
        Number(((await story('learning')).offers as Json[]).find((one) => one.offer === offer)?.share);
      const offerOfVisit = async () =>
        new URL((await send(current.tracker, '/c/learning')).headers.location ?? '').pathname.slice(1);

      it('begins with equal shares, and says so', async () => {
        const { offers: shares, ...rest } = await story('learning');
        expect(rest).toEqual({
          campaign: 'learning',
          rotation: 'thompson',
          learning: { goal: 'conversions', halfLifeDays: 2, minimumShare: 0.02 },
        });
        for (const { share, clicks, rate } of shares as Json[]) {
          expect(Number(share)).toBeCloseTo(0.5, 1);
          expect([clicks, rate]).toEqual([0, null]);
        }
      });

      it('sends visitors where they bring most, and explains it', async () => {
        const { tracker } = current;
        for (let i = 0; i < 80; i++) {
          const clickId = await click(tracker, 'learning');
          const [row] = await tracker.database.query(
            'SELECT o.key FROM tallyback_clicks c JOIN tallyback_offers o ON o.id = c.offer_id WHERE c.id = $1',
            [clickId],
          );
          if (row?.key !== 'good') continue;
          await report(
            tracker,
            { clickId, transactionId: unique(), revenue: '2.00', currency: 'EUR' },
            { at: clock.date },
          );
        }
        expect(await shareOf('good')).toBeGreaterThan(0.95);
        expect(await shareOf('bad')).toBeGreaterThanOrEqual(0.02);
        const [good] = (await story('learning')).offers as Json[];
        expect(good).toMatchObject({ offer: 'good', currency: 'EUR' });
        expect(Number(good?.conversions)).toBeGreaterThan(20);
        expect(Number(good?.rate)).toBeCloseTo(1, 2);
        const visits = await Promise.all(Array.from({ length: 60 }, offerOfVisit));
        expect(visits.filter((offer) => offer === 'good').length).toBeGreaterThan(45);
      });

      it('stands beside the figures of each offer in the report', async () => {
        const of = 'groupBy=campaign,offer&filter[campaign]=learning';
        const { body } = await manage(current.tracker, `/v1/reports?${of}`);
        const rows = new Map((body.rows as Json[]).map((row) => [row.offer, row]));
        expect(rows.get('good')?.share).toBeGreaterThan(0.9);
        expect(Number(rows.get('good')?.share) + Number(rows.get('bad')?.share)).toBeCloseTo(1, 3);
        const csv = await manage(current.tracker, `/v1/reports?${of}&format=csv`);
        expect(csv.text.split('\r\n')[0]).toMatch(/,aov,share$/);
        const ungrouped = await manage(current.tracker, '/v1/reports?groupBy=offer');
        expect((ungrouped.body.rows as Json[])[0]).not.toHaveProperty('share');
      });

      it('forgets what is long past', async () => {
        clock.time += 40 * 86_400_000;
        expect(await shareOf('good')).toBeLessThan(0.9);
        expect(await shareOf('bad')).toBeGreaterThan(0.1);
      });

      it('leaves fixed weights alone', async () => {
        expect(await story('fixed')).toEqual({
          campaign: 'fixed',
          rotation: 'weighted',
          offers: [
            { offer: 'good', share: 0.75 },
            { offer: 'bad', share: 0.25 },
          ],
        });
      });

      it('does not hold yen against euros', async () => {
        expect((await story('mixed')).learning).toMatchObject({ goal: 'conversions' });
      });

      it.each([
        [{ rotation: 'random' }, 'rotation'],
        [{ learning: { goal: 'clicks' } }, 'learning.goal'],
        [{ learning: { halfLifeDays: 0 } }, 'learning.halfLifeDays'],
        [{ learning: { minimumShare: 0.6 } }, 'learning.minimumShare'],
      ])('is refused as %j', async (change, field) => {
        const answer = await manage(current.tracker, '/v1/campaigns', {
          method: 'POST',
          body: { key: 'odd', partner: 'blog', offers: [{ offer: 'good' }], ...change },
        });
        expect([answer.status, answer.body.field]).toEqual([400, field]);
      });

      it('is not told of a campaign that there is not', async () => {
        expect((await manage(current.tracker, '/v1/campaigns/nowhere/rotation')).status).toBe(404);
      });
    },
    { seed },
  );
});

describe('a rotation that leaves nothing to offers that are not the best', () => {
  it('shares visitors out by what is known of the others while the best one takes none', async () => {
    const database = await createSqliteDatabase();
    const tracker = await startTracker({ database, options: { seed } });
    try {
      await database.query(
        `INSERT INTO tallyback_rollups (grain, basis, bucket, lane, campaign_id, offer_id, partner_id, advertiser_id, event,
          currency, country, device, os, browser, clicks, unique_clicks, bots, others, approved, pending, rejected, refunded,
          revenue, payout, cost)
         SELECT 'day', 'visit', $1, 0, c.id, o.id, c.partner_id, o.advertiser_id, '', 'EUR', '', '', '', '', 100000, 0, 0, 0,
          CASE o.key WHEN 'good' THEN 9000 WHEN 'bad' THEN 2000 ELSE 2010 END, 0, 0, 0, 0, 0, 0
         FROM tallyback_campaigns c, tallyback_offers o WHERE c.key = 'greedy' AND o.key IN ('good', 'bad', 'new')`,
        [Math.floor(Date.now() / 86_400_000) * 86_400_000],
      );
      const rotation = tracker.get(Rotation);
      const campaign = (await tracker.get(CatalogService).snapshot()).campaignsByKey.get('greedy');
      if (!campaign) throw new Error('The seed has no such campaign.');
      expect([...(await rotation.shares(campaign))]).toEqual([
        ['good', 1],
        ['bad', 0],
        ['new', 0],
      ]);
      const [, bad, fresh] = rotation.weigh(campaign, campaign.offers).map(({ weight }) => weight);
      expect([bad, fresh]).toEqual([0, 0]);
      const others = rotation.weigh(campaign, campaign.offers.slice(1)).map(({ weight }) => weight);
      for (const share of others) expect(share).toBeGreaterThan(0.2);
      expect(others.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    } finally {
      await tracker.close();
      await database.drop();
    }
  });
});

describe('a rotation that cannot learn', () => {
  it('asks the database now and then, not for every visitor, also when the clock has been set back', async () => {
    const database = await createSqliteDatabase();
    const clock = new SetClock();
    const warnings: string[] = [];
    const nobody = () => undefined;
    const logger = { log: nobody, error: nobody, warn: (message: string) => warnings.push(message) };
    const tracker = await startTracker({ database, now: clock.now, options: { seed }, logger });
    try {
      const rotation = tracker.get(Rotation);
      const campaign = (await tracker.get(CatalogService).snapshot()).campaignsByKey.get('learning');
      if (!campaign) throw new Error('The seed has no such campaign.');
      await rotation.shares(campaign);
      clock.time -= 86_400_000;
      await database.query('ALTER TABLE tallyback_rollups RENAME TO hidden');
      for (let visit = 0; visit < 300; visit++) {
        expect(rotation.weigh(campaign, campaign.offers)).toHaveLength(2);
        await new Promise(setImmediate);
      }
      const told = warnings.filter((message) => message.includes('The shares of campaign "learning" stay as they are'));
      expect(told.length).toBeGreaterThan(0);
      expect(told.length).toBeLessThan(30);
    } finally {
      await tracker.close();
      await database.drop();
    }
  });
});
