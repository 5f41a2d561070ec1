import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { clickIdAt, DAY, SECOND } from '../support/click-ids.js';
import { land, open, type Shop, startShop, stored } from '../support/shop.js';

const rules = (path: string) =>
  `<script type="speculationrules">{"prerender":[{"urls":["${path}"],"eagerness":"immediate"}]}</script>`;

/** Reports the state before and after activation to the server, from inside the prerendered page. */
const REPORTER = `
  const report = (phase) => {
    const state = { phase, prerendering: document.prerendering, cookie: document.cookie, storage: localStorage.getItem('_clk') };
    return fetch('/report', { method: 'POST', body: JSON.stringify({ ...state, id: clicks.get()?.id }) });
  };
  globalThis.clicks = sdk.init();
  report('loaded');
  clicks.setConsent('granted');
  report('called');
  clicks.ready.then(() => report('ready'));`;

/** Pages that are rendered before the visit, come back from the cache, or share a visitor with other tabs. */
export function lifecycle(browser: () => Browser): void {
  describe('lifecycle', () => {
    const older = clickIdAt(Date.now() - DAY, 'a1');
    const newer = clickIdAt(Date.now() - DAY + SECOND, 'a2');
    let shop: Shop;
    const reports = new Map<string, (report: Record<string, unknown>) => void>();
    const reported = (phase: string) =>
      new Promise<Record<string, unknown>>((resolve) => {
        reports.set(phase, resolve);
      });
    beforeAll(async () => {
      shop = await startShop(browser, ({ url, body }) => {
        if (url.pathname === '/report') {
          const report = JSON.parse(body) as Record<string, unknown>;
          reports.get(String(report.phase))?.(report);
        }
        const start = url.pathname === '/prerendered' ? `<script>${REPORTER}</script>` : '';
        const speculation = url.pathname === '/list' ? rules(`/prerendered?clickid=${newer}`) : '';
        return `<!doctype html><script src="/sdk.js"></script>${start}${speculation}<a href="/next">next</a>`;
      });
    });
    afterAll(() => shop.close());

    it('writes nothing while prerendered, and keeps the new click on activation', async () => {
      const context = await shop.visitor();
      const page = await land(context, shop.url('www.shop.example', `/?clickid=${older}`));
      const before = await stored(page);
      const loaded = reported('loaded');
      const called = reported('called');
      const ready = reported('ready');
      await page.goto(shop.url('www.shop.example', '/list'));
      expect(await loaded).toEqual({ phase: 'loaded', prerendering: true, id: older, ...before });
      // Not even when the page's own code asks for it: the click is held.
      expect(await called).toEqual({ phase: 'called', prerendering: true, id: newer, ...before });
      expect(await stored(page)).toEqual(before);
      await page.evaluate((address) => {
        location.href = address;
      }, `/prerendered?clickid=${newer}`);
      expect(await ready).toMatchObject({
        prerendering: false,
        id: newer,
        cookie: expect.stringContaining(newer),
        storage: expect.stringContaining(newer),
      });
      expect(shop.visits.filter(({ url }) => url.pathname === '/prerendered')).toHaveLength(1);
    });

    it('knows after a return from the back/forward cache what happened meanwhile, and counts nothing again', async () => {
      const context = await shop.visitor();
      const page = await land(context, shop.url('www.shop.example', '/?gclid=G-1'), { params: ['clickid', 'gclid'] });
      await page.evaluate(() => {
        globalThis.seen = [];
        addEventListener('pageshow', (event) => seen.push(event.persisted));
        clicks.subscribe((touch) => seen.push(touch?.id));
      });
      await Promise.all([page.waitForNavigation(), page.click('a')]);
      // A sibling subdomain shares the cookie only, of which no event tells.
      const meanwhile = clickIdAt(Date.now(), 'a3');
      await land(context, shop.url('pay.shop.example', `/?clickid=${meanwhile}`));
      await page.bringToFront();
      await page.evaluate(() => {
        setTimeout(() => history.back());
      });
      await page.waitForFunction(() => (globalThis.seen ?? []).length > 1);
      expect(await page.evaluate(() => [...seen].sort())).toEqual([meanwhile, true]);
      expect(await page.evaluate(() => [clicks.first()?.id, clicks.last()?.id])).toEqual(['G-1', meanwhile]);
    });

    it('tells subscribers of a click in another tab, until they leave', async () => {
      const context = await shop.visitor();
      const page = await land(context, shop.url('www.shop.example', `/?clickid=${older}`));
      const told = (count: number) =>
        page.evaluate(async (enough) => {
          while (seen.length < enough) await new Promise<void>((resolve) => addEventListener('told', () => resolve()));
          return seen;
        }, count);
      await page.evaluate(() => {
        globalThis.seen = [];
        const stop = clicks.subscribe((touch) => {
          seen.push(touch?.id);
          stop();
        });
        clicks.subscribe((touch) => {
          seen.push(`2:${touch?.id}`);
          dispatchEvent(new Event('told'));
        });
      });
      const other = await land(context, shop.url('www.shop.example', `/?clickid=${newer}`));
      await told(2);
      await other.evaluate(() => clicks.clear());
      expect(await told(3)).toEqual([newer, `2:${newer}`, '2:undefined']);
    });

    it('reports what a subscriber throws as the error of the page it is, and calls the others', async () => {
      const { page, errors } = await open(await shop.visitor(), shop.url('www.shop.example', '/'));
      await page.evaluate(async (query) => {
        globalThis.seen = [];
        globalThis.clicks = sdk.init();
        clicks.subscribe(() => {
          throw new Error('of the page');
        });
        clicks.subscribe(() => seen.push('called'));
        seen.push(clicks.capture(query).status);
      }, `?clickid=${newer}`);
      expect(await page.evaluate(() => seen)).toEqual(['called', 'new']);
      expect(errors).toEqual([expect.stringContaining('of the page')]);
    });
  });
}
