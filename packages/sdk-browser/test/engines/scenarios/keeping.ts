import { describe, expect, it } from '@jest/globals';
import { clickIdAt, DAY } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';

/** A click id from the address to the next page. */
export function keeping(stage: () => Stage): void {
  describe('keeping the click', () => {
    const at = Date.now() - DAY;
    const id = clickIdAt(at, 'ad');

    it.each([
      ['query', `/land?clickid=${id}`, undefined],
      ['hash', `/land#clickid=${id}`, undefined],
      ['path', `/land/${id}`, '/land/{clickid}'],
    ])(
      'takes it from the %s and still knows it on the next page and on another subdomain',
      async (_, path, pattern) => {
        const { world, tab, visit } = stage();
        const site = world.site();
        await visit(site, path);
        await tab.evaluate(async (where) => {
          globalThis.clicks = sdk.init({ path: where ?? '' });
          await clicks.ready;
        }, pattern);
        await visit(site, '/checkout');
        expect(await tab.evaluate(() => sdk.init().get())).toMatchObject({ id, at });
        await tab.open(`http://pay.${site}/`);
        expect(await tab.evaluate(() => sdk.init().get())).toMatchObject({ id, at });
        expect(await tab.evaluate(() => localStorage.getItem('_clk'))).toContain(id);
      },
    );

    it('has its cookie cut to a week by WebKit, whose visitors the server has to help, and by no other engine', async () => {
      const { engine, world, tab, visit } = stage();
      await visit(world.site(), `/land?clickid=${id}`);
      await tab.evaluate(() => void sdk.init());
      const [cookie] = await tab.cookies();
      const days = Math.round(((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400);
      expect(days).toBe(engine.name.startsWith('WebKit') ? 7 : 29);
    });
  });
}
