import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { clickIdAt, DAY, SECOND } from '../support/click-ids.js';
import { land, type Shop, setCookie, start, startShop, stored } from '../support/shop.js';

/** What is written where, how the twins repair each other, and what is left alone. */
export function persistence(browser: () => Browser): void {
  describe('persistence', () => {
    let shop: Shop;
    beforeAll(async () => {
      shop = await startShop(browser);
    });
    afterAll(() => shop.close());

    const at = Date.now() - DAY;
    const id = clickIdAt(at, 'f00d');
    const landing = (query = `?clickid=${id}`) => shop.url('www.shop.example', `/land${query}`);

    it('writes a Lax cookie on the registrable domain that ends with the window, and the same to localStorage', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing());
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({
        name: '_clk',
        domain: '.shop.example',
        path: '/',
        sameSite: 'Lax',
        httpOnly: false,
      });
      expect(Math.abs((cookie?.expires ?? 0) - (at + 30 * DAY) / 1000)).toBeLessThan(2);
      expect(cookie?.value).toContain(`at=${at}&param=clickid&id=${id}&`);
      expect((await stored(page)).storage).toBe(cookie?.value);
    });

    it('asks the browser which suffix is public', async () => {
      const context = await shop.visitor();
      await land(context, shop.url('www.shop.co.uk', `/land?clickid=${id}`));
      expect((await context.cookies()).map(({ name, domain }) => [name, domain])).toEqual([['_clk', '.shop.co.uk']]);
    });

    it.each(['127.0.0.1', 'localhost'])('keeps to the host on %s', async (host) => {
      const context = await shop.visitor();
      const page = await land(context, shop.url(host, `/land?clickid=${id}`));
      expect((await stored(page)).cookie).toContain(id);
      await page.evaluate(() => clicks.clear());
      expect(await context.cookies()).toEqual([]);
    });

    it('writes no cookie, no localStorage, or another name, when told so', async () => {
      const page = await land(await shop.visitor(), landing(), { cookie: false });
      expect(await stored(page)).toEqual({ cookie: '', storage: expect.stringContaining(id) });
      const other = await land(await shop.visitor(), landing(), { storage: false, cookie: { name: 'ck', domain: '' } });
      expect(await stored(other)).toEqual({ cookie: expect.stringMatching(/^ck=/), storage: null });
    });

    it('does not prolong the window by visiting again', async () => {
      const context = await shop.visitor();
      await land(context, landing());
      const [first] = await context.cookies();
      const page = await land(context, landing());
      expect(await page.evaluate(() => clicks.capture())).toEqual({ status: 'same', param: 'clickid' });
      expect(await context.cookies()).toEqual([first]);
    });

    it('does not restart a foreign click that is known already', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing(''));
      await page.evaluate((time) => localStorage.setItem('_clk', `at=${time}&param=gclid&id=G-1`), at);
      const again = await land(context, landing('?gclid=G-1'), { params: ['gclid'] });
      expect(await again.evaluate(() => clicks.get())).toMatchObject({ id: 'G-1', at });
    });

    it('forgets a click when its window ends', async () => {
      const context = await shop.visitor();
      await land(context, landing());
      const page = await land(context, landing(''), { window: 23 * 3600 });
      expect(await page.evaluate(() => clicks.get())).toBeUndefined();
      expect(await stored(page)).toEqual({ cookie: '', storage: null });
    });

    it('repairs the twin that is missing, with the time of the click', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing());
      const before = await stored(page);
      const [cookie] = await context.cookies();
      await context.deleteCookie(...(await context.cookies()));
      await page.goto(landing(''));
      await start(page);
      expect(await stored(page)).toEqual(before);
      expect(Math.abs(((await context.cookies())[0]?.expires ?? 0) - (cookie?.expires ?? 0))).toBeLessThan(2);
      await page.evaluate(() => localStorage.clear());
      await page.goto(landing(''));
      await start(page);
      expect(await stored(page)).toEqual(before);
      expect(await page.evaluate(() => clicks.get())).toMatchObject({ id, at });
    });

    it('is shared by subdomains, where the newest click wins and the first stays first', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing());
      const newer = clickIdAt(at + 5 * SECOND);
      await land(context, shop.url('pay.shop.example', `/?clickid=${newer}`));
      // localStorage of www still knows the older one only; the cookie knows better.
      await page.goto(landing(''));
      await start(page);
      expect(await page.evaluate(() => [clicks.first()?.id, clicks.last()?.id])).toEqual([id, newer]);
      expect((await stored(page)).storage).toContain(newer);
      await start(page, { model: 'first' });
      expect(await page.evaluate(() => clicks.get()?.id)).toBe(id);
    });

    it('does not let a link of an earlier click displace a later one', async () => {
      const context = await shop.visitor();
      const newer = clickIdAt(at + 5 * SECOND);
      await land(context, landing(`?clickid=${newer}`));
      const page = await land(context, landing());
      expect(await page.evaluate(() => [clicks.first()?.id, clicks.last()?.id])).toEqual([id, newer]);
    });

    it('does not believe a stored click from the future', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing());
      await page.evaluate((ahead) => localStorage.setItem('_clk', `at=${ahead}&param=gclid&id=G-9`), Date.now() + DAY);
      expect(await page.evaluate(() => clicks.get()?.id)).toBe(id);
    });

    it('takes nothing from damaged storage', async () => {
      const page = await land(await shop.visitor(), landing(''));
      await setCookie(page, `_clk=at=${at}&param=clickid&id=<script>; Path=/`);
      await page.evaluate((time) => {
        localStorage.setItem('_clk', `at=${time}|at=|%E0%A4%A|at=${time}&param=clickid&id=77`);
      }, at);
      expect(await page.evaluate(() => clicks.get())).toBeUndefined();
    });

    it('never touches what others own, not even under its own name', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing(''));
      await setCookie(page, '_clk=theirs; Path=/');
      await setCookie(page, '_fbc=fb.1.2.3; Path=/');
      await page.evaluate(() => {
        localStorage.setItem('_clk', '{"theirs":true}');
        localStorage.setItem('other', '1');
      });
      await page.goto(landing());
      await start(page);
      expect(await page.evaluate(() => clicks.get()?.id)).toBe(id);
      await page.evaluate(() => clicks.clear());
      expect(await stored(page)).toEqual({ cookie: '_clk=theirs; _fbc=fb.1.2.3', storage: '{"theirs":true}' });
      expect(await page.evaluate(() => localStorage.getItem('other'))).toBe('1');
    });

    it('forgets everything when cleared, on whatever domain it was written', async () => {
      const context = await shop.visitor();
      const page = await land(context, landing());
      await setCookie(page, '_clk=at=1795000000000&param=clickid&id=x; Path=/');
      await page.evaluate(() => clicks.clear());
      expect(await context.cookies()).toEqual([]);
      expect(await stored(page)).toEqual({ cookie: '', storage: null });
      expect(await page.evaluate(() => clicks.get())).toBeUndefined();
    });
  });
}
