import { describe, expect, it } from '@jest/globals';
import { parseClickToken } from '@tallyback/protocol';
import { clickIdAt, DAY, SECOND } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { until } from '../support/engine.js';
import { HEAD } from '../support/world.js';

/** What a checkout gets: one token, references for other systems, the click in React, evidence of late clicks. */
export function checkout(stage: () => Stage): void {
  describe('at the checkout', () => {
    const at = Date.now() - DAY;
    const id = clickIdAt(at, 'be');

    it('gives one token that the server can read: the click, ids of ad platforms, consent', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      await visit(site, `/land?clickid=${id}&gclid=G-1&ScCid=aB%2Bc%2F1`);
      await tab.evaluate(() => {
        const own = sdk.init();
        sdk.platforms(own, { names: sdk.adPlatforms });
      });
      // A later visit by a search ad costs the partner nothing, but its id is the newer one.
      await visit(site, '/land?gclid=G-2&fbclid=%7B%7Bfb%7D%7D');
      const found = await tab.evaluate(() => {
        // biome-ignore lint/suspicious/noDocumentCookie: what a platform's script does
        document.cookie = '_fbp=fb.1.1795.77; Path=/';
        const own = sdk.init();
        const ids = sdk.platforms(own, { names: sdk.adPlatforms });
        return { token: sdk.token(own, ids), header: sdk.header(own, ids), id: own.get()?.id, stored: ids.get() };
      });
      expect(found.id).toBe(id);
      expect(found.stored).toEqual({ fbp: 'fb.1.1795.77', gclid: 'G-2', ScCid: 'aB+c/1' });
      expect(found.header).toEqual({ 'tallyback-click': found.token });
      expect(parseClickToken(found.token)).toEqual({
        ok: true,
        value: {
          clickId: id,
          clickedAt: Math.floor(at / 1000),
          platformIds: { fbp: 'fb.1.1795.77', gclid: 'G-2', ScCid: 'aB+c/1' },
          consent: 'granted',
        },
      });
    });

    it('forgets ids of ad platforms together with the click, and reads no cookie of theirs without consent', async () => {
      const { world, tab, visit } = stage();
      await visit(world.site(), `/land?clickid=${id}&gclid=G-1`);
      const states = await tab.evaluate(() => {
        // biome-ignore lint/suspicious/noDocumentCookie: what a platform's script does
        document.cookie = '_fbp=fb.1.1795.77; Path=/';
        const own = sdk.init({ consent: 'pending' });
        const ids = sdk.platforms(own, { names: sdk.adPlatforms });
        const pending = [ids.get(), localStorage.length];
        own.setConsent('granted');
        const granted = [ids.get(), localStorage.length];
        own.setConsent('denied');
        return [pending, granted, [ids.get(), localStorage.length, document.cookie, sdk.token(own, ids) ?? 'none']];
      });
      expect(states).toEqual([
        [{ gclid: 'G-1' }, 0],
        [{ gclid: 'G-1', fbp: 'fb.1.1795.77' }, 2],
        [{}, 0, '_fbp=fb.1.1795.77', 'none'],
      ]);
    });

    it('shows the click in React, and renders again when it changes here or in another tab', async () => {
      const { world, engine, tab, visit } = stage();
      const site = world.site();
      world.page('/react', `${HEAD}<script src="/react.js"></script><p id="shown"></p>`);
      await visit(site, '/react');
      const shown = () => tab.evaluate(() => document.getElementById('shown')?.textContent);
      await tab.evaluate(() => {
        globalThis.clicks = sdk.init();
        showClick(clicks, document.getElementById('shown'));
      });
      await until(tab, () => document.getElementById('shown')?.textContent === 'click: none');
      await tab.evaluate((query) => clicks.capture(query), `?clickid=${id}`);
      await until(tab, () => document.getElementById('shown')?.textContent !== 'click: none');
      expect(await shown()).toBe(`click: ${id}`);
      const newer = clickIdAt(at + SECOND, 'bf');
      const other = await engine.tab();
      await other.open(`http://www.${site}/land?clickid=${newer}`);
      await other.evaluate(() => void sdk.init());
      await until(tab, (text) => document.getElementById('shown')?.textContent === text, `click: ${newer}`);
      await other.close();
    });

    it('keeps a bounded path of clicks, and knows one that came when the visitor was about to buy', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      const ids = [0, 10, 20, 30].map((seconds) => clickIdAt(at + seconds * SECOND, `f${seconds}`));
      for (const [i, path] of ['/land', '/land', '/land', '/checkout/pay'].entries()) {
        await visit(site, `${path}?clickid=${ids[i]}`);
        await tab.evaluate(() => void sdk.init({ keep: 3 }));
      }
      const found = await tab.evaluate(() => {
        const own = sdk.init({ keep: 3 });
        const pages = /^\/(cart|checkout)/;
        return [own.all().map((touch) => touch.id), sdk.late(own, pages), sdk.late(own, /^\/cart/) ?? 'not late'];
      });
      expect(found).toEqual([[ids[0], ids[2], ids[3]], { id: ids[3], before: ids[2], seconds: 10 }, 'not late']);
    });
  });
}
