import { describe, expect, it } from '@jest/globals';
import { clickIdAt, DAY } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { eventually, until } from '../support/engine.js';

const ENDPOINT = 'http://track.example/v1/clicks';

/** Clicks without a redirect, sent by the landing page. */
export function directClicks(stage: () => Stage): void {
  describe('direct clicks', () => {
    const send = (consent: 'granted' | 'pending' = 'granted') =>
      stage().tab.evaluate(
        async (endpoint, word) => {
          globalThis.clicks = sdk.init({ consent: word });
          const answer = sdk.direct(clicks, { endpoint });
          return word === 'granted' ? answer : undefined;
        },
        ENDPOINT,
        consent,
      );
    const sent = () => stage().world.sent('/v1/clicks');

    it('are told to the tracker as text with all that it wants to know, and kept like any other click', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      const path = '/land?campaign=spring&external_id=E%2B7&sub1=mail&sub10=x&other=1';
      await visit(site, path);
      const before = sent().length;
      const answer = await send();
      expect(answer).toEqual({ status: 'new', clickId: expect.stringMatching(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/) });
      expect(await tab.evaluate(() => [clicks.get()?.id, clicks.get()?.landing])).toEqual([
        answer?.clickId,
        `http://www.${site}/land`,
      ]);
      const [request, ...others] = sent().slice(before);
      // No preflight was needed.
      expect(others).toEqual([]);
      expect(request?.headers['content-type']).toMatch(/^text\/plain/);
      expect(request?.headers.origin).toBe(`http://www.${site}`);
      const body = JSON.parse(request?.body ?? '') as Record<string, string>;
      expect(body).toEqual({
        campaign: 'spring',
        url: `http://www.${site}${path}`,
        referrer: '',
        externalId: 'E+7',
        sub1: 'mail',
        sub10: 'x',
        key: expect.stringMatching(/^[\d,]{20,64}$/),
      });
    });

    it('are one click however often the landing page is loaded in this tab', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      await visit(site, '/land?campaign=spring&n=1');
      const first = await send();
      await visit(site, '/elsewhere?campaign=spring&n=2');
      const other = await send();
      expect(other?.clickId).not.toBe(first?.clickId);
      // Also after a link within the page, and on a page that was given the query.
      for (const path of [
        '/land?campaign=spring&n=1',
        '/land?campaign=spring&n=1#boots',
        '/boots?campaign=spring&n=1',
      ]) {
        await visit(site, path);
        expect(await send()).toEqual({ status: 'same', clickId: first?.clickId });
      }
      expect(await tab.evaluate(() => clicks.all().length)).toBe(2);
    });

    it('wait for consent, and are about the page that was landed on', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      await visit(site, '/land?campaign=spring');
      const before = sent().length;
      await send('pending');
      await tab.evaluate(() => clicks.ready);
      expect(await tab.evaluate(() => sessionStorage.length)).toBe(0);
      expect(sent()).toHaveLength(before);
      await tab.evaluate(() => {
        history.pushState(null, '', '/boots');
        clicks.setConsent('granted');
      });
      await until(tab, () => clicks.get()?.id);
      expect(JSON.parse(sent().at(-1)?.body ?? '')).toMatchObject({ url: `http://www.${site}/land?campaign=spring` });
      await tab.evaluate(() => clicks.setConsent('denied'));
      expect(await tab.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([
        0,
        0,
        '',
      ]);
    });

    it('leave nothing behind when consent is withdrawn on another page of the visit', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      await visit(site, '/land?campaign=spring&external_id=E-9');
      await send();
      expect(await tab.evaluate(() => sessionStorage.length)).toBe(1);
      await visit(site, '/boots');
      expect(await send()).toEqual({ status: 'none' });
      expect(await tab.evaluate(() => sessionStorage.length)).toBe(1);
      await tab.evaluate(() => clicks.setConsent('denied'));
      expect(await tab.evaluate(() => sessionStorage.length)).toBe(0);
    });

    it('are none where a redirect has recorded the click already, whatever campaign the address names', async () => {
      const { world, tab, visit } = stage();
      const id = clickIdAt(Date.now() - DAY, 'd1');
      await visit(world.site(), `/land?campaign=spring&clickid=${id}`);
      const before = sent().length;
      expect(await send()).toEqual({ status: 'none' });
      expect(sent()).toHaveLength(before);
      expect(await tab.evaluate(() => clicks.all().map((click) => click.id))).toEqual([id]);
      await visit(world.site(), '/land?campaign=spring&clickid={clickid}');
      expect(await send()).toMatchObject({ status: 'new' });
    });

    it('arrive although the visitor leaves at once', async () => {
      const { world, tab, visit } = stage();
      await visit(world.site(), '/land?campaign=spring&leaving=1');
      const before = world.recorded.size;
      await tab.evaluate((endpoint) => {
        // Whether a request without it would be lost is a matter of luck, so that it asks to be kept alive is looked at.
        const { fetch } = globalThis;
        globalThis.fetch = (address, options) => {
          const isKept = options?.keepalive === true;
          return isKept ? fetch(address, options) : Promise.reject(new Error('lost'));
        };
        const leaving = sdk.init({ consent: 'pending' });
        void sdk.direct(leaving, { endpoint });
        const button = document.createElement('button');
        button.onclick = () => {
          leaving.setConsent('granted');
          // The request starts in a microtask of this very click; the page goes right after.
          location.href = '/gone';
        };
        document.body.append(button);
        return leaving.ready;
      }, ENDPOINT);
      await tab.click('button');
      await until(tab, () => location.pathname === '/gone');
      await eventually(() => world.recorded.size > before);
      expect(world.recorded.size).toBe(before + 1);
    });

    it('say what happened when there is no campaign, or no tracker, or none that knows the campaign', async () => {
      const { world, tab, visit } = stage();
      await visit(world.site(), '/land');
      const answers = await tab.evaluate(async (endpoint) => {
        const own = sdk.init();
        return [
          await sdk.direct(own, { endpoint }),
          await sdk.direct(own, { endpoint: 'http://track.example/v1/nothing', campaign: 'spring' }),
          await sdk.direct(own, { endpoint, campaign: 'unknown' }),
          own.get() ?? 'no click',
          (await sdk.direct(own, { endpoint, campaign: 'spring' })).status,
        ];
      }, ENDPOINT);
      expect(answers).toEqual([{ status: 'none' }, { status: 'failed' }, { status: 'failed' }, 'no click', 'new']);
    });
  });
}
