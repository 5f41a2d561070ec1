import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { clickIdAt, DAY, SECOND } from '../support/click-ids.js';
import { open, type Shop, startShop, stored } from '../support/shop.js';

/** The build for a plain script tag. */
export function scriptTag(browser: () => Browser): void {
  describe('script tag', () => {
    const at = Date.now() - DAY;
    const id = clickIdAt(at, '5c');
    let html = '';
    let shop: Shop;
    beforeAll(async () => {
      shop = await startShop(browser, () => `<!doctype html>${html}<form data-click></form>`);
    });
    afterAll(() => shop.close());

    const visit = async (text: string, path = `/land?clickid=${id}`) => {
      html = text;
      const context = await shop.visitor();
      return { context, ...(await open(context, shop.url('www.shop.example', path))) };
    };

    it('needs no setting: it keeps the click and fills the forms', async () => {
      const { page, errors } = await visit('<script src="/tallyback.js" defer></script>');
      expect(await page.evaluate(() => tallyback.get())).toMatchObject({ id, at });
      expect(await page.evaluate(() => [...new FormData(document.forms[0])].map(String))).toEqual([`clickid,${id}`]);
      expect(errors).toEqual([]);
    });

    it('takes its settings from data attributes', async () => {
      const { page, context } = await visit(
        `<script src="/tallyback.js" async data-params="clickid, cid" data-path="/in/{cid}" data-window="600" data-model="first"
          data-field="ref" data-cookie-name="ck" data-cookie-domain="" data-storage="off"></script>`,
        '/in/C-77?other=1',
      );
      await page.waitForFunction(() => 'tallyback' in globalThis);
      const earlier = clickIdAt(Date.now() - 300 * SECOND);
      await page.evaluate((query) => tallyback.capture(query), `?clickid=${earlier}`);
      expect(await page.evaluate(() => [tallyback.get()?.id, tallyback.last()?.id])).toEqual([earlier, 'C-77']);
      expect(await page.evaluate(() => [...new FormData(document.forms[0])][0]?.[0])).toBe('ref');
      const [cookie, ...others] = await context.cookies();
      expect(others).toEqual([]);
      expect(cookie).toMatchObject({ name: 'ck', domain: 'www.shop.example' });
      expect(Math.abs((cookie?.expires ?? 0) - Date.now() / 1000 - 600)).toBeLessThan(60);
      expect((await stored(page)).storage).toBeNull();
    });

    it('falls back to the defaults when an attribute makes no sense', async () => {
      const { page } = await visit('<script src="/tallyback.js" data-window="a month" data-params=" , "></script>');
      expect(await page.evaluate(() => tallyback.get()?.id)).toBe(id);
    });

    it('keeps the click in spite of a window and a number of clicks below zero', async () => {
      const { page } = await visit('<script src="/tallyback.js" data-window="-600" data-keep="-1"></script>');
      const newer = clickIdAt(Date.now() - 60 * SECOND);
      await page.evaluate((query) => tallyback.capture(query), `?clickid=${newer}`);
      expect(await page.evaluate(() => [tallyback.first()?.id, tallyback.last()?.id])).toEqual([id, newer]);
      expect((await stored(page)).cookie).toContain(newer);
    });

    it.each([
      ['was honoured', true, 'tcf, gpc', [true, 'denied', 'none']],
      ['was not there', false, 'gpc', [false, 'granted', id]],
      ['was not asked for', true, 'tcf', [false, 'granted', id]],
    ])('tells whether a Global Privacy Control signal %s', async (_, signal, sources, expected) => {
      const { page } = await visit(
        `<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: ${signal} })</script>
         <script src="/tallyback.js" data-consent-from="${sources}"></script>`,
      );
      const outcome = await page.evaluate(() => [!!tallyback.gpc, tallyback.consent(), tallyback.get()?.id ?? 'none']);
      expect(outcome).toEqual(expected);
    });

    it('stores nothing while data-consent is pending', async () => {
      const { page } = await visit('<script src="/tallyback.js" data-consent="pending"></script>');
      expect(await stored(page)).toEqual({ cookie: '', storage: null });
      await page.evaluate(() => tallyback.push(['setConsent', 'granted']));
      expect((await stored(page)).cookie).toContain(id);
    });

    it('stores nothing as a module either while the data-consent of its tag is pending, and takes its other settings', async () => {
      const { page, context } = await visit(
        '<script type="module" src="/tallyback.js" data-consent="pending" data-params="cid"></script>',
        '/land?cid=C-77',
      );
      expect(await page.evaluate(() => tallyback.get()?.id)).toBe('C-77');
      expect(await stored(page)).toEqual({ cookie: '', storage: null });
      expect(await context.cookies()).toEqual([]);
      await page.evaluate(() => tallyback.push(['setConsent', 'granted']));
      expect((await stored(page)).cookie).toContain('C-77');
    });

    it('stores at once as a module when its tag says granted', async () => {
      const { page } = await visit(
        `<script src="/tallyback-theme.js"></script>
         <script type="module" src="/tallyback.js" data-consent="granted"></script>`,
      );
      expect((await stored(page)).cookie).toContain(id);
    });

    it.each([
      ['its tag says no word about consent', '<script type="module" src="/tallyback.js" data-field="ref"></script>'],
      ['it cannot find its tag', '<script type="module">import "/tallyback.js";</script>'],
      [
        'the tag it finds belongs to somebody else',
        '<script src="/tallyback-theme.js" data-color="red"></script><script type="module">import "/tallyback.js";</script>',
      ],
    ])('waits for consent as a module when %s', async (_, text) => {
      const { page } = await visit(text);
      expect(await page.evaluate(() => tallyback.get()?.id)).toBe(id);
      expect(await stored(page)).toEqual({ cookie: '', storage: null });
      await page.evaluate(() => tallyback.setConsent('granted'));
      expect((await stored(page)).cookie).toContain(id);
    });

    it('replays what was called before it came, in order, and goes on when one of the calls fails', async () => {
      const { page, errors } = await visit(`<script>
          window.seen = [];
          window.tallyback = window.tallyback || [];
          tallyback.push(['noSuchMethod']);
          tallyback.push(function () { throw new Error('of the page'); });
          tallyback.push(['subscribe', function (touch) { seen.push(touch.id); }]);
          tallyback.push(function (clicks) { seen.push(clicks.get() || 'none'); }, ['setConsent', 'granted']);
        </script><script src="/tallyback.js" data-consent="denied"></script>`);
      expect(await page.evaluate(() => seen)).toEqual(['none', id]);
      expect(errors).toEqual([expect.stringContaining('of the page')]);
    });

    it('works once when it is there twice, and in spite of an element with its name as id', async () => {
      const { page, errors } = await visit(
        `<p id="tallyback"></p><script src="/tallyback.js"></script><script>window.seen = [tallyback]</script>
         <script src="/tallyback.js" data-params="cid"></script>`,
      );
      expect(await page.evaluate(() => seen[0] === tallyback && tallyback.get()?.id)).toBe(id);
      expect(errors).toEqual([]);
    });

    it('works where the page has a text under its name', async () => {
      const { page, errors } = await visit(
        '<script>window.tallyback = "on"</script><script src="/tallyback.js"></script>',
      );
      expect(await page.evaluate(() => tallyback.get()?.id)).toBe(id);
      expect(errors).toEqual([]);
    });
  });
}
