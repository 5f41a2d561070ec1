import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { geoResolver } from '../../src/visitors/geo.provider.js';
import { MaxmindFile } from '../../src/visitors/maxmind-file.js';
import { CATALOG } from '../support/catalog.js';
import { writeCountryFile } from '../support/country-file.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const PHONE =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36';
const folder = mkdtempSync(join(tmpdir(), 'tallyback-countries-'));
const file = join(folder, 'countries.mmdb');
writeCountryFile(file, { '198.51.100.0/24': 'FR', '203.0.113.0/25': 'DE' });
afterAll(() => rmSync(folder, { recursive: true }));

const places = {
  key: 'places',
  advertiser: 'acme',
  destination:
    'https://shop.example/land?id={clickid}&in={country}&on={device}&q={query.channel}&c={query.customer_id}',
  currency: 'EUR',
};
const seed = {
  ...CATALOG,
  offers: [...CATALOG.offers, places],
  campaigns: [...CATALOG.campaigns, { key: 'places', partner: 'blog', offers: [{ offer: 'places' }] }],
};

describe('a click', () => {
  onBothTrackers(
    (current) => {
      const visit = async (tracker: Tracker, ip: string, query = '', userAgent = PHONE): Promise<[URL, Json]> => {
        const headers = { 'x-forwarded-for': ip, 'user-agent': userAgent };
        const { headers: answered } = await send(tracker, `/c/places${query}`, { headers });
        const location = new URL(answered.location ?? '');
        return [location, (await manage(tracker, `/v1/clicks/${location.searchParams.get('id')}`)).body];
      };

      it('knows its country from the whole address, of which less is stored, and its device', async () => {
        const [location, row] = await visit(current.tracker, '203.0.113.127');
        expect(Object.fromEntries(location.searchParams)).toMatchObject({ in: 'DE', on: 'mobile' });
        expect(row).toMatchObject({
          country: 'DE',
          device: 'mobile',
          os: 'Android',
          browser: 'Chrome',
          ip: '203.0.113.0',
        });
      });

      it('does without what nobody knows', async () => {
        const [location, row] = await visit(current.tracker, '203.0.113.128', '', 'Strange/1.0');
        expect(Object.fromEntries(location.searchParams)).toMatchObject({ in: '', on: '' });
        expect(row).toMatchObject({ country: null, device: null, os: null, browser: null });
      });

      it('is a robot’s when it comes from a data centre', async () => {
        const bots = [];
        for (const ip of ['198.51.100.7', '203.0.113.7']) bots.push((await visit(current.tracker, ip))[1].bot);
        expect(bots).toEqual([true, false]);
      });

      it.each([
        ['?channel=email&customer_id=c_81', 'email', 'c_81', 'email'],
        ['?channel=SMS', 'sms', null, 'SMS'],
        ['?channel=a%20b&channel=app', 'app', null, 'a b'],
        ['?channel=-', null, null, '-'],
        [`?customer_id=${'x'.repeat(129)}`, null, null, ''],
      ])('says what carried the link and who followed it: %s', async (query, channel, customerId, shown) => {
        const [location, row] = await visit(current.tracker, '203.0.113.7', query);
        expect(row).toMatchObject({ channel, customerId });
        expect(location.searchParams.get('q')).toBe(shown);
        expect(location.searchParams.get('c')).toBe(customerId ?? '');
      });

      it('told by a page says so too', async () => {
        const body = JSON.stringify({ campaign: 'places', key: 'page-1', channel: 'app', customerId: 'c_82' });
        const headers = { 'content-type': 'application/json' };
        const answer = await send(current.tracker, '/v1/clicks', { method: 'POST', headers, body });
        const row = await manage(current.tracker, `/v1/clicks/${answer.body.clickId}`);
        expect(row.body).toMatchObject({ channel: 'app', customerId: 'c_82' });
      });

      it('that names a customer forgets who it was when the customer is erased, but not the rest', async () => {
        const [, { id }] = await visit(current.tracker, '203.0.113.7', '?channel=email&customer_id=c_83&kw=boots');
        expect((await manage(current.tracker, '/v1/people/c_83', { method: 'DELETE' })).body.clicks).toBe(1);
        expect((await manage(current.tracker, `/v1/clicks/${id}`)).body).toMatchObject({
          customerId: null,
          query: null,
          channel: 'email',
          country: 'DE',
        });
      });
    },
    { behindProxy: true, options: { seed, geo: { file }, isDataCentre: (ip) => ip.startsWith('198.51.100.') } },
  );
});

describe('a file with countries', () => {
  let countries: MaxmindFile;
  beforeAll(async () => {
    countries = await MaxmindFile.open(file);
  });
  afterAll(() => countries.onApplicationShutdown());

  it('is read anew when it changes, and a broken one changes nothing', async () => {
    const country = () => countries.resolve('203.0.113.7')?.country;
    expect(country()).toBe('DE');
    writeFileSync(file, 'half a file');
    await countries.reload();
    expect(country()).toBe('DE');
    writeCountryFile(file, { '203.0.113.0/24': 'AT' });
    await countries.reload();
    expect(country()).toBe('AT');
  });

  it('may name more places than are remembered', async () => {
    const many = join(folder, 'many.mmdb');
    const countryOf = (i: number) => String.fromCharCode(65 + (i % 26), 65 + ((i >> 3) % 26));
    const networks = Array.from({ length: 9_000 }, (_, i) => [`10.${i >> 8}.${i & 255}`, countryOf(i)] as const);
    writeCountryFile(many, Object.fromEntries(networks.map(([network, country]) => [`${network}.0/24`, country])));
    const places = await MaxmindFile.open(many);
    for (let round = 0; round < 2; round++) {
      const told = networks.map(([network]) => places.resolve(`${network}.7`)?.country);
      expect(told).toEqual(networks.map(([, country]) => country));
    }
    places.onApplicationShutdown();
  });

  it('that is missing or none stops the boot and says what is wrong', async () => {
    const broken = join(folder, 'broken.mmdb');
    writeFileSync(broken, 'not a database');
    await expect(geoResolver({ geo: { file: broken } })).rejects.toThrow(/broken\.mmdb" is no database in MaxMind/);
    await expect(geoResolver({ geo: { file: join(folder, 'none.mmdb') } })).rejects.toThrow(
      /cannot be read \(ENOENT\)/,
    );
    await expect(geoResolver({ geo: { file: '' } })).rejects.toThrow(/geo must be/);
  });
});
