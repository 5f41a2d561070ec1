import { describe, expect, it } from '@jest/globals';
import { clickIdAt, DAY, SECOND } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { until } from '../support/engine.js';
import { HEAD } from '../support/world.js';

/** Pages that return from the cache, tabs side by side, routes without pages. */
export function lifecycles(stage: () => Stage): void {
  describe('lifecycles', () => {
    const at = Date.now() - DAY;
    const older = clickIdAt(at, 'a1');
    const newer = clickIdAt(at + SECOND, 'a2');

    it('notices after a return from the back/forward cache what another tab did, and counts nothing again', async () => {
      const { world, engine } = stage();
      const site = world.site();
      world.page('/first', `${HEAD}<a href="/second">on</a>`);
      // Of its own, because drivers lose track of a tab that returned from the cache.
      const tab = await engine.tab();
      await tab.open(`http://www.${site}/first?clickid=${older}`);
      await tab.evaluate(() => {
        globalThis.clicks = sdk.init();
        globalThis.seen = [];
        addEventListener('pageshow', (event) => seen.push(event.persisted));
        clicks.subscribe((touch) => seen.push(touch?.id));
      });
      await tab.click('a');
      await until(tab, () => location.pathname === '/second' && document.readyState === 'complete');
      // A sibling subdomain shares the cookie only, of which no event tells.
      const other = await engine.tab();
      await other.open(`http://pay.${site}/?clickid=${newer}`);
      await other.evaluate(() => void sdk.init());
      await other.close();
      await tab.back();
      await until(tab, () => location.pathname === '/first' && (globalThis.seen ?? []).length > 1);
      expect(await tab.evaluate(() => [...seen].sort())).toEqual([newer, true].sort());
      expect(await tab.evaluate(() => clicks.all().map(({ id }) => id))).toEqual([older, newer]);
      await tab.close();
    });

    it('sees a click that a client-side route brings, when it is told of the route', async () => {
      const { world, tab, visit } = stage();
      await visit(world.site(), '/app');
      const states = await tab.evaluate((query) => {
        const own = sdk.init();
        history.pushState(null, '', `/boots${query}`);
        return [own.get() ?? 'none', own.capture().status, own.capture().status, own.get()?.landing];
      }, `?clickid=${older}`);
      expect(states).toEqual(['none', 'new', 'same', expect.stringMatching(/\/boots$/)]);
    });

    it('explains every decision in plain words, without printing the id', async () => {
      const { world, tab, visit } = stage();
      await visit(world.site(), `/land?clickid=%7Bclickid%7D&clickid=${older}`);
      const said = await tab.evaluate(async () => {
        const sentences: string[] = [];
        const own = sdk.init();
        const stop = sdk.explain(own, { say: (sentence) => sentences.push(sentence) });
        await own.ready;
        own.setConsent('denied');
        stop();
        own.setConsent('granted');
        return sentences.join('\n');
      });
      expect(said).toContain('refused, a placeholder that nobody filled in');
      expect(said).toContain('stored in the cookie _clk and localStorage');
      expect(said).toContain('consent denied; no click is kept');
      expect(said).not.toContain(older);
    });
  });
}
