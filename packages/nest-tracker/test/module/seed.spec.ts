import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { CatalogError, CatalogService } from '../../src/index.js';
import { CATALOG } from '../support/catalog.js';
import { createSqliteDatabase, DATABASES, type TestDatabase } from '../support/databases.js';
import { click, type Json, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const OFFER = { key: 'o', advertiser: 'a', destination: 'https://shop.example/?c={clickid}', currency: 'EUR' };
const BASE = {
  advertisers: [{ key: 'a' }],
  offers: [OFFER],
  partners: [{ key: 'p' }],
  campaigns: [{ key: 'c', partner: 'p', offers: [{ offer: 'o' }] }],
};
const offerWith = (more: Json) => ({ ...BASE, offers: [{ ...OFFER, ...more }] });
const advertiserWith = (more: Json) => ({ ...BASE, advertisers: [{ key: 'a', ...more }] });
const campaignWith = (more: Json) => ({ ...BASE, campaigns: [{ ...BASE.campaigns[0], ...more }] });

let database: TestDatabase;
let tracker: Tracker | undefined;
afterEach(async () => {
  await tracker?.close();
  tracker = undefined;
  await database.drop();
});

async function faultsOf(seed: unknown): Promise<CatalogError> {
  try {
    tracker = await startTracker({ database, options: { seed } });
  } catch (error) {
    if (error instanceof CatalogError) return error;
    throw error;
  }
  throw new Error('The seed was accepted.');
}

describe('a fault in the seed', () => {
  beforeEach(async () => {
    database = await createSqliteDatabase();
  });

  it.each([
    ['not an object', [], 'seed'],
    ['an unknown list', { ...BASE, offer: [] }, 'offer'],
    ['an unknown field', offerWith({ destinaton: 'x' }), 'offers[0].destinaton'],
    ['a key in capitals', advertiserWith({ key: 'Acme' }), 'advertisers[0].key'],
    ['a key that stands twice', { ...BASE, partners: [{ key: 'p' }, { key: 'p' }] }, 'partners[1].key'],
    ['a sender method nobody knows', advertiserWith({ accept: ['signature', 'cookie'] }), 'advertisers[0].accept'],
    ['no sender method', advertiserWith({ accept: [] }), 'advertisers[0].accept'],
    ['a secret without its prefix', advertiserWith({ secrets: ['abc'] }), 'advertisers[0].secrets[0]'],
    ['a short secret', advertiserWith({ secrets: ['whsec_abcd'] }), 'advertisers[0].secrets[0]'],
    ['a secret key as public key', advertiserWith({ publicKeys: ['whsk_abcd'] }), 'advertisers[0].publicKeys[0]'],
    ['a wrong address', advertiserWith({ ipAllow: ['203.0.113.0/24', '300.1.1.1'] }), 'advertisers[0].ipAllow[1]'],
    ['a wrong prefix length', advertiserWith({ ipAllow: ['203.0.113.0/33'] }), 'advertisers[0].ipAllow[0]'],
    ['a macro that chooses the host', offerWith({ destination: 'https://{sub1}.example/' }), 'offers[0].destination'],
    [
      'a macro behind the host',
      offerWith({ destination: 'https://shop.example{query.path}' }),
      'offers[0].destination',
    ],
    ['an unknown macro', offerWith({ destination: 'https://shop.example/?c={click_id}' }), 'offers[0].destination'],
    ['a script as destination', offerWith({ destination: 'javascript:alert(1)' }), 'offers[0].destination'],
    ['a currency in small letters', offerWith({ currency: 'eur' }), 'offers[0].currency'],
    ['too many decimals', offerWith({ payout: [{ kind: 'fixed', amount: '1.001' }] }), 'offers[0].payout[0].amount'],
    ['a negative payout', offerWith({ payout: [{ kind: 'fixed', amount: '-1' }] }), 'offers[0].payout[0].amount'],
    ['a payout without its amount', offerWith({ payout: [{ kind: 'fixed' }] }), 'offers[0].payout[0].amount'],
    ['a number as percent', offerWith({ payout: [{ kind: 'percent', percent: 10 }] }), 'offers[0].payout[0].percent'],
    ['an unknown payout', offerWith({ payout: [{ kind: 'steps' }] }), 'offers[0].payout[0].kind'],
    ['tiers without any', offerWith({ payout: [{ kind: 'tiers', tiers: [] }] }), 'offers[0].payout[0].tiers'],
    [
      'tiers that begin above zero',
      offerWith({ payout: [{ kind: 'tiers', tiers: [{ from: 1, percent: '1' }] }] }),
      'offers[0].payout[0].tiers[0].from',
    ],
    [
      'tiers that do not rise',
      offerWith({
        payout: [
          {
            kind: 'tiers',
            by: 'revenue',
            tiers: [
              { from: '0', percent: '1' },
              { from: '10.00', percent: '2' },
              { from: '10', percent: '3' },
            ],
          },
        ],
      }),
      'offers[0].payout[0].tiers[2].from',
    ],
    [
      'a tier that pays twice',
      offerWith({ payout: [{ kind: 'tiers', tiers: [{ from: 0, percent: '1', amount: '1.00' }] }] }),
      'offers[0].payout[0].tiers[0]',
    ],
    [
      'half a conversion as tier',
      offerWith({ payout: [{ kind: 'tiers', tiers: [{ from: '0.5', percent: '1' }] }] }),
      'offers[0].payout[0].tiers[0].from',
    ],
    [
      'too many decimals in a tier',
      offerWith({ payout: [{ kind: 'tiers', tiers: [{ from: 0, amount: '1.001' }] }] }),
      'offers[0].payout[0].tiers[0].amount',
    ],
    [
      'a payout for a partner nobody knows',
      offerWith({ payout: [{ kind: 'percent', percent: '1', partner: 'q' }] }),
      'offers[0].payout[0].partner',
    ],
    [
      'a payout for a campaign nobody knows',
      offerWith({ payout: [{ kind: 'percent', percent: '1', campaign: 'x' }] }),
      'offers[0].payout[0].campaign',
    ],
    ['a coupon of no campaign', offerWith({ coupons: [{ code: 'SPRING' }] }), 'offers[0].coupons[0].campaign'],
    ['a blank coupon', offerWith({ coupons: [{ code: ' ', campaign: 'c' }] }), 'offers[0].coupons[0].code'],
    [
      'a coupon of a campaign nobody knows',
      offerWith({ coupons: [{ code: 'SPRING', campaign: 'x' }] }),
      'offers[0].coupons[0].campaign',
    ],
    [
      'a coupon that stands twice',
      offerWith({
        coupons: [
          { code: 'SPRING', campaign: 'c' },
          { code: 'Spring', campaign: 'c' },
        ],
      }),
      'offers[0].coupons[1].code',
    ],
    [
      'a coupon of two offers',
      {
        ...BASE,
        offers: [OFFER, { ...OFFER, key: 'o2' }].map((offer) => ({
          ...offer,
          coupons: [{ code: offer.key === 'o' ? 'SPRING' : 'spring', campaign: 'c' }],
        })),
        campaigns: [{ key: 'c', partner: 'p', offers: [{ offer: 'o' }, { offer: 'o2' }] }],
      },
      'offers[0].coupons[0].code, offers[1].coupons[0].code',
    ],
    [
      'a coupon of a campaign that does not run the offer',
      {
        ...BASE,
        offers: [OFFER, { ...OFFER, key: 'o2', coupons: [{ code: 'SPRING', campaign: 'c' }] }],
      },
      'offers[1].coupons[0].campaign',
    ],
    ['an unknown attribution', offerWith({ attribution: 'linear' }), 'offers[0].attribution'],
    ['an unknown policy', offerWith({ duplicates: { purchase: 'once' } }), 'offers[0].duplicates.purchase'],
    ['a wrong window', offerWith({ window: { minSeconds: 9, maxSeconds: 1 } }), 'offers[0].window.minSeconds'],
    ['a wrong cap', offerWith({ caps: { conversionsPerDay: 1.5 } }), 'offers[0].caps.conversionsPerDay'],
    ['refunded as default', offerWith({ defaultStatus: 'refunded' }), 'offers[0].defaultStatus'],
    ['no offers', campaignWith({ offers: [] }), 'campaigns[0].offers'],
    ['a negative weight', campaignWith({ offers: [{ offer: 'o', weight: -1 }] }), 'campaigns[0].offers[0].weight'],
    ['a redirect by 301', campaignWith({ redirect: 301 }), 'campaigns[0].redirect'],
    ['a fallback that is no URL', campaignWith({ fallbackUrl: '//shop.example' }), 'campaigns[0].fallbackUrl'],
    ['an advertiser nobody knows', offerWith({ advertiser: 'b' }), 'offers[0].advertiser'],
    ['a partner nobody knows', campaignWith({ partner: 'q' }), 'campaigns[0].partner'],
    [
      'an offer nobody knows',
      campaignWith({ offers: [{ offer: 'o' }, { offer: 'x' }] }),
      'campaigns[0].offers[1].offer',
    ],
  ])('stops the boot and is named by its path: %s', async (_, seed, path) => {
    const error = await faultsOf(seed);
    expect(error.faults.map((fault) => fault.path)).toEqual(path.split(', '));
    for (const fault of path.split(', ')) expect(error.message).toContain(fault);
    expect(error.message).not.toContain('whsec_abcd');
  });

  it('is told together with all others', async () => {
    const { faults } = await faultsOf({
      advertisers: [{ key: 'A B' }],
      offers: [{ key: 'o', advertiser: 'a', destination: 'x', currency: 'E' }],
      partners: [{}],
      campaigns: [{ key: 'c', partner: 'p', offers: [{ offer: 'o', weight: 'many' }], redirect: 200 }],
    });
    const paths = new Set(faults.map(({ path }) => path));
    expect(paths).toEqual(
      new Set([
        'advertisers[0].key',
        'offers[0].destination',
        'offers[0].currency',
        'partners[0].key',
        'campaigns[0].offers[0].weight',
        'campaigns[0].redirect',
      ]),
    );
  });

  it('leaves nothing of the seed behind', async () => {
    await faultsOf(campaignWith({ partner: 'q' }));
    for (const list of Object.keys(BASE)) expect(await database.query(`SELECT * FROM tallyback_${list}`)).toEqual([]);
  });
});

describe.each(DATABASES)('a seed on $database', ({ createDatabase }) => {
  const tables = ['advertisers', 'offers', 'partners', 'campaigns'];
  const rows = async () => {
    const all = await Promise.all(
      tables.map((table) => database.query(`SELECT * FROM tallyback_${table} ORDER BY id`)),
    );
    return all.flat().map(({ updated_at: _, ...row }) => row);
  };
  const restart = async (seed: unknown) => {
    await tracker?.close();
    tracker = await startTracker({ database, options: { seed } });
    return tracker;
  };
  beforeEach(async () => {
    database = await createDatabase();
  });

  it('is applied again and again without changing anything', async () => {
    await restart(CATALOG);
    const first = await rows();
    await restart(CATALOG);
    expect(await rows()).toEqual(first);
  });

  it('brings up to date what it names and leaves the rest alone', async () => {
    await restart(BASE);
    const before = await rows();
    const running = await restart({
      offers: [{ ...OFFER, destination: 'https://new.example/' }],
      partners: [{ key: 'p2' }],
    });
    expect((await send(running, '/c/c')).headers.location).toMatch(/^https:\/\/new\.example\/\?clickid=/);
    const after = await rows();
    expect(after).toHaveLength(before.length + 1);
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
  });

  it('can be applied while clicks come in, which follow it at once', async () => {
    const running = await restart(BASE);
    const catalog = running.get(CatalogService);
    const clicks = Promise.all(Array.from({ length: 20 }, () => click(running, 'c').catch(() => 'moved')));
    await catalog.apply(offerWith({ destination: 'https://new.example/' }));
    expect((await send(running, '/c/c')).headers.location).toMatch(/^https:\/\/new\.example\//);
    expect(await clicks).toHaveLength(20);
    await expect(catalog.apply(offerWith({ currency: 'X' }))).rejects.toThrow(CatalogError);
    expect((await send(running, '/c/c')).status).toBe(302);
  });

  it('keeps tokens as digests, and secrets out of every answer', async () => {
    const secret = createSecret();
    const running = await restart(advertiserWith({ accept: ['token'], token: 'a-token-in-clear', secrets: [secret] }));
    expect(JSON.stringify(await rows())).not.toContain('a-token-in-clear');
    for (const path of ['/v1/conversions', '/v1/postbacks/in', '/v1/reports?groupBy=advertiser']) {
      expect((await manage(running, path)).text).not.toContain(secret);
    }
  });
});
