import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { clickIdAt, DAY } from '../support/click-ids.js';
import { land, type Shop, startShop, stored } from '../support/shop.js';

/** Nothing is stored before consent, and everything goes when it is withdrawn. */
export function consent(browser: () => Browser): void {
  describe('consent', () => {
    let shop: Shop;
    beforeAll(async () => {
      shop = await startShop(browser);
    });
    afterAll(() => shop.close());

    const at = Date.now() - DAY;
    const id = clickIdAt(at, 'c0de');
    const landing = () => shop.url('www.shop.example', `/land?clickid=${id}`);
    const nothing = { cookie: '', storage: null };

    it('keeps the click in memory only while pending, and stores it with its own time when granted', async () => {
      const page = await land(await shop.visitor(), landing(), { consent: 'pending' });
      expect(await page.evaluate(() => clicks.get())).toMatchObject({ id, at });
      expect(await stored(page)).toEqual(nothing);
      // A client-side navigation has removed the id from the address meanwhile.
      await page.evaluate(() => {
        history.pushState(null, '', '/boots');
        clicks.setConsent('granted');
      });
      expect((await stored(page)).cookie).toContain(`at=${at}&param=clickid&id=${id}`);
      expect((await stored(page)).storage).toContain(id);
    });

    it('does not read what is stored while pending', async () => {
      const context = await shop.visitor();
      await land(context, landing());
      const page = await land(context, shop.url('www.shop.example', '/'), { consent: 'pending' });
      expect(await page.evaluate(() => clicks.get())).toBeUndefined();
      await page.evaluate(() => clicks.setConsent('granted'));
      expect(await page.evaluate(() => clicks.get())).toMatchObject({ id, at });
    });

    it('forgets everything when denied and keeps nothing, until granted again', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing());
      await page.evaluate(() => clicks.setConsent('denied'));
      expect(await stored(page)).toEqual(nothing);
      expect(await context.cookies()).toEqual([]);
      expect(await page.evaluate(() => [clicks.capture(), clicks.get() ?? 'none'])).toEqual([
        { status: 'rejected', param: 'clickid', reason: 'consent' },
        'none',
      ]);
      await page.evaluate(() => clicks.setConsent('granted'));
      expect(await page.evaluate(() => clicks.get())).toMatchObject({ id, at });
    });

    it('removes an earlier click when the page starts denied', async () => {
      const context = await shop.visitor();
      await land(context, landing());
      await land(context, shop.url('www.shop.example', '/'), { consent: 'denied' });
      expect(await context.cookies()).toEqual([]);
    });

    it('stores nothing for a word that is no consent', async () => {
      const page = await land(await shop.visitor(), landing(), { consent: 'Granted' as 'granted' });
      expect(await stored(page)).toEqual(nothing);
    });
  });
}
