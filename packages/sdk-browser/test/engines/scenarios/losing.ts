import { describe, expect, it } from '@jest/globals';
import { clickIdAt, DAY } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { eventually, until } from '../support/engine.js';
import { HEAD } from '../support/world.js';

/** Clicks that get lost on the way: counted on the page, told to the shop's server. */
export function losing(stage: () => Stage): void {
  describe('losses', () => {
    const id = clickIdAt(Date.now() - DAY, '105');
    const told = () =>
      stage()
        .world.sent('/losses')
        .map(({ body }) => JSON.parse(body) as unknown);

    /** Follows a link of another site to the shop. */
    const arrive = async (query: string, from?: string) => {
      const { world, tab, visit } = stage();
      const site = world.site();
      const blog = from ? `${from}.${site}` : `www.${world.site()}`;
      world.page('/post', `${HEAD}<a id="go" href="http://www.${site}/land${query}">boots</a>`);
      await visit(blog.replace(/^www\./, ''), '/post?reader=7');
      await tab.click('#go');
      await until(tab, () => location.pathname === '/land' && document.readyState === 'complete');
      return blog;
    };
    const start = (consent: 'granted' | 'pending' = 'granted', own?: string) =>
      stage().tab.evaluate(
        async (word, pattern) => {
          globalThis.clicks = sdk.init({ consent: word });
          globalThis.seen = [sdk.losses(clicks, { url: '/losses', own: pattern ? new RegExp(pattern) : undefined })];
          await clicks.ready;
        },
        consent,
        own,
      );

    it('tells the server of a visitor from another host without an id, once and with consent only', async () => {
      const { tab } = stage();
      const referrer = await arrive('?utm_source=blog');
      const before = told().length;
      await start('pending');
      await tab.evaluate(() => clicks.setConsent('pending'));
      expect(told()).toHaveLength(before);
      await tab.evaluate(() => clicks.setConsent('granted'));
      await eventually(() => told().length > before);
      await tab.evaluate(() => clicks.setConsent('granted'));
      expect(told().slice(before)).toEqual([{ status: 'none', referrer }]);
    });

    it('counts refused ids by reason, and tells the server why, but never the value or the address', async () => {
      const { tab } = stage();
      const referrer = await arrive('?clickid=%7Bclickid%7D');
      const before = told().length;
      await start();
      await eventually(() => told().length > before);
      expect(told().slice(before)).toEqual([{ status: 'rejected', referrer, param: 'clickid', reason: 'macro' }]);
      const counts = await tab.evaluate((good) => {
        const { capture, counts } = seen[0] as ReturnType<typeof sdk.losses>;
        capture('?clickid=[click_id]');
        capture('?clickid=77');
        capture(`?clickid=${good}`);
        capture('?other=1');
        return counts();
      }, id);
      expect(counts).toEqual({ macro: 2, format: 1 });
      expect(told()).toHaveLength(before + 1);
    });

    it('is silent about clicks that were kept, about sites of your own, and when a page is reloaded', async () => {
      const before = told().length;
      await arrive(`?clickid=${id}`);
      await start();
      await arrive('?size=42');
      await start('granted', '^www\\.s\\d+\\.example$');
      await arrive('?clickid=77');
      await stage().tab.evaluate(() => {
        globalThis.seen = [];
        location.reload();
      });
      await until(stage().tab, () => !('seen' in globalThis) && document.readyState === 'complete');
      await start();
      // The one that is told comes after all of them.
      await arrive('?clickid=undefined');
      await start();
      await eventually(() => told().length > before);
      expect(told().slice(before)).toEqual([expect.objectContaining({ reason: 'macro' })]);
    });
  });
}
