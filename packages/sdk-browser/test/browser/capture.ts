import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { clickIdAt, DAY, SECOND } from '../support/click-ids.js';
import { land, type Shop, start, startShop } from '../support/shop.js';

/** How an id gets from the address into `get()`. */
export function capture(browser: () => Browser): void {
  describe('capture', () => {
    let shop: Shop;
    let page: Page;
    beforeAll(async () => {
      shop = await startShop(browser);
      page = await land(await shop.visitor(), shop.url('www.shop.example', '/'));
    });
    beforeEach(() => page.evaluate(() => clicks.clear()));
    afterAll(() => shop.close());

    const at = Date.now() - 60 * SECOND;
    const id = clickIdAt(at, 'adcafe');
    const landing = async (path: string, options = {}) => {
      await page.goto(shop.url('www.shop.example', path));
      await start(page, options);
      return page.evaluate(() => clicks.get());
    };

    it.each([
      ['the query', `/land?clickid=${id}`, {}],
      ['the hash', `/land#clickid=${id}`, {}],
      ['the query of a route in the hash', `/app#/boots?size=42&clickid=${id}`, {}],
      ['the path', `/de/land/${id}/boots`, { path: '/land/{clickid}' }],
      ['a name in another case', `/land?ClickID=${id}`, {}],
      ['the second of two when the first is no click id', `/land?clickid=%7Bclickid%7D&clickid=${id}`, {}],
      ['an own id in upper case', `/land?clickid=${id.toUpperCase()}`, {}],
    ])('finds the id in %s', async (_, path, options) => {
      expect(await landing(path, options)).toMatchObject({ id, at });
    });

    it('takes the first of two valid ids', async () => {
      const other = clickIdAt(at + SECOND, 'babe');
      expect(await landing(`/land?clickid=${id}&clickid=${other}`)).toMatchObject({ id });
    });

    it('keeps a foreign value exactly as it came, with the spelling of its name, from the moment it was seen', async () => {
      const before = Date.now();
      const touch = await landing('/land?ScCid=aB%2Bc+D%252F%7Cx==', { params: ['clickid', 'sccid'] });
      expect(touch).toMatchObject({ id: 'aB+c+D%2F|x==', param: 'ScCid' });
      expect(touch?.at).toBeGreaterThanOrEqual(before);
      expect(touch?.at).toBeLessThanOrEqual(Date.now());
    });

    it('prefers the names in the order they are given', async () => {
      expect(await landing(`/land?gclid=G-1&clickid=${id}`, { params: ['clickid', 'gclid'] })).toMatchObject({ id });
    });

    it('says what happened and why', async () => {
      await landing('/land', { params: ['clickid', 'cid'] });
      const newer = clickIdAt(at + 9 * SECOND);
      const middle = clickIdAt(at + 5 * SECOND);
      const ancient = clickIdAt(Date.now() - 31 * DAY);
      const queries = [
        '',
        `clickid=${id}`,
        `clickid=${id}`,
        `clickid=${newer}`,
        `clickid=${middle}`,
        `clickid=${ancient}`,
        'clickid=[click_id]',
        'clickid=77',
        'cid=',
        'CID=__CLICK_ID__',
        'cid=%22onload%22',
      ];
      const answers = await page.evaluate((all) => all.map((query) => clicks.capture(`/land?${query}`)), queries);
      expect(answers).toEqual([
        { status: 'none' },
        { status: 'new', param: 'clickid' },
        { status: 'same', param: 'clickid' },
        { status: 'new', param: 'clickid' },
        { status: 'rejected', param: 'clickid', reason: 'older' },
        { status: 'rejected', param: 'clickid', reason: 'expired' },
        { status: 'rejected', param: 'clickid', reason: 'macro' },
        { status: 'rejected', param: 'clickid', reason: 'format' },
        { status: 'rejected', param: 'cid', reason: 'length' },
        { status: 'rejected', param: 'CID', reason: 'macro' },
        { status: 'rejected', param: 'cid', reason: 'charset' },
      ]);
      expect(await page.evaluate(() => [clicks.first()?.id, clicks.last()?.id])).toEqual([id, newer]);
    });

    it('counts a click from now when its time lies ahead of this clock or before the window', async () => {
      for (const time of [Date.now() + 300 * DAY, Date.now() - 300 * DAY]) {
        const before = Date.now();
        const touch = await landing(`/land?clickid=${clickIdAt(time)}`);
        await page.evaluate(() => clicks.clear());
        expect(touch?.at).toBeGreaterThanOrEqual(before);
        expect(touch?.at).toBeLessThanOrEqual(Date.now());
      }
    });

    it('keeps the landing page without its query, and the origin of the page that linked here', async () => {
      const page = await land(await shop.visitor(), shop.url('blog.example', '/post?reader=7'));
      await page.evaluate(
        (address) => {
          location.href = address;
        },
        shop.url('www.shop.example', `/land?clickid=${id}&mail=a`),
      );
      await page.waitForNavigation();
      await page.evaluate(() => {
        globalThis.clicks = sdk.init();
      });
      const touch = await page.evaluate(() => clicks.get());
      const origin = (host: string) => new URL(shop.url(host, '/')).origin;
      expect(touch).toMatchObject({
        landing: `${origin('www.shop.example')}/land`,
        referrer: origin('blog.example'),
      });
    });
  });
}
