import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { clickIdAt, DAY } from '../support/click-ids.js';
import { open, type Shop, start, startShop, stored } from '../support/shop.js';

const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const SCRIPT = '<script src="/tallyback.js"></script>';

/** Pages that forbid a lot, and browsers that keep nothing. */
export function hardening(browser: () => Browser): void {
  describe('hardening', () => {
    const id = clickIdAt(Date.now() - DAY, 'ad');
    let shop: Shop;
    beforeAll(async () => {
      shop = await startShop(browser, ({ url }) => {
        const icon = '<!doctype html><link rel="icon" href="data:,">';
        if (url.pathname === '/frame') {
          return `<!doctype html><iframe sandbox="allow-scripts" src="/land${url.search}"></iframe>`;
        }
        if (url.pathname === '/strict') {
          const headers = { 'content-security-policy': STRICT };
          return {
            headers,
            body: `<!doctype html>${SCRIPT}<form data-click action="/order"><button>ok</button></form>`,
          };
        }
        return `${icon}<script src="/sdk.js"></script>${SCRIPT}`;
      });
    });
    afterAll(() => shop.close());

    it('works under a strict content security policy with trusted types, without a violation', async () => {
      const context = await shop.visitor();
      const { page, errors } = await open(context, shop.url('www.shop.example', `/strict?clickid=${id}`));
      expect((await stored(page)).cookie).toContain(id);
      await page.evaluate(() => {
        tallyback.push(['setConsent', 'granted']);
        document.forms[0]?.addEventListener('submit', (event) => event.preventDefault());
      });
      await page.click('button');
      expect(await page.evaluate(() => new FormData(document.forms[0]).get('clickid'))).toBe(id);
      expect(errors).toEqual([]);
    });

    it('keeps the click for the page where cookies and storage are forbidden', async () => {
      const context = await shop.visitor();
      const { page, errors } = await open(context, shop.url('www.shop.example', `/frame?clickid=${id}`));
      const frame = page.frames()[1];
      const state = await frame?.evaluate(() => {
        const refused = (() => {
          try {
            return localStorage.length;
          } catch (error) {
            return (error as Error).name;
          }
        })();
        const got = tallyback.get()?.id;
        tallyback.setConsent('denied');
        tallyback.clear();
        return [refused, got, tallyback.get() ?? 'none'];
      });
      expect(state).toEqual(['SecurityError', id, 'none']);
      expect(errors).toEqual([]);
    });

    it('relies on localStorage where cookies are switched off', async () => {
      const { page, errors } = await open(await shop.visitor(), shop.url('www.shop.example', '/'));
      const devtools = await page.createCDPSession();
      await devtools.send('Emulation.setDocumentCookieDisabled', { disabled: true });
      await page.goto(shop.url('www.shop.example', `/land?clickid=${id}`));
      expect(await stored(page)).toEqual({ cookie: '', storage: expect.stringContaining(id) });
      await page.goto(shop.url('www.shop.example', '/checkout'));
      expect(await page.evaluate(() => tallyback.get()?.id)).toBe(id);
      expect(errors).toEqual([]);
    });

    it('relies on the cookie where localStorage is full', async () => {
      const { page, errors } = await open(await shop.visitor(), shop.url('www.shop.example', '/'));
      await page.evaluate(() => {
        for (let size = 8_388_608; size >= 1; size /= 2) {
          try {
            for (let i = 0; ; i++) localStorage.setItem(`full-${size}-${i}`, 'x'.repeat(size));
          } catch {
            // That size does not fit any more, the next one is half of it.
          }
        }
      });
      await page.goto(shop.url('www.shop.example', `/land?clickid=${id}`));
      expect(await stored(page)).toEqual({ cookie: expect.stringContaining(id), storage: null });
      expect(await page.evaluate(() => tallyback.get()?.id)).toBe(id);
      expect(errors).toEqual([]);
    });

    it('never throws into the page, whatever it is given', async () => {
      const { page, errors } = await open(await shop.visitor(), shop.url('www.shop.example', `/?clickid=${id}`));
      const answers = await page.evaluate(() => {
        const broken = sdk.init({
          path: '/([',
          validate: () => {
            throw new Error('of the page');
          },
        });
        const pathless = sdk.init({ path: '/land' });
        return [broken.capture(), broken.get() ?? 'none', pathless.capture('http://[').status];
      });
      expect(answers).toEqual([expect.anything(), 'none', 'none']);
      await start(page, { params: ['clickid', 'g[c', '%E0'] });
      expect(await page.evaluate(() => clicks.get()?.id)).toBe(id);
      expect(errors).toEqual([]);
    });
  });
}
