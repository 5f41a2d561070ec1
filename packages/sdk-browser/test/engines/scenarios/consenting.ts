import { describe, expect, it } from '@jest/globals';
import { syncCookie } from '@tallyback/sdk-node/landing';
import { clickIdAt, DAY } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { eventually, until } from '../support/engine.js';

/** Consent: from the page, from consent platforms, and what of it reaches the shop's server. */
export function consenting(stage: () => Stage): void {
  describe('consent', () => {
    const at = Date.now() - DAY;
    const id = clickIdAt(at, 'c0');
    const land = async (path = `/land?clickid=${id}`) => {
      const { world, visit } = stage();
      const site = world.site();
      await visit(site, path);
      return site;
    };
    const nothing = ['', 0, 0];
    const stored = () =>
      stage().tab.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length] as const);

    it('holds the click in memory while pending, stores it with its own time when granted, removes all when denied', async () => {
      const { tab } = stage();
      await land();
      expect(
        await tab.evaluate(() => {
          globalThis.clicks = sdk.init({ consent: 'pending' });
          return clicks.get()?.at;
        }),
      ).toBe(at);
      expect(await stored()).toEqual(nothing);
      await tab.evaluate(() => clicks.setConsent('granted'));
      expect((await stored())[0]).toContain(`at=${at}&param=clickid&id=${id}`);
      const cookies = await tab.cookies();
      expect(cookies.map(({ name }) => name)).toEqual(['_clk']);
      await tab.evaluate(() => clicks.setConsent('denied'));
      expect(await stored()).toEqual(nothing);
      expect(await tab.cookies()).toEqual([]);
    });

    it('follows a TCF platform that loads late: nothing while it asks, purpose 1 and the vendor decide', async () => {
      const { tab } = stage();
      await land();
      const states = await tab.evaluate(async () => {
        const page = globalThis as unknown as { __tcfapi?: (...args: unknown[]) => void };
        const own = sdk.init({ consent: 'pending' });
        let tell = (_data: object, _ok: boolean) => {};
        const isAsked = new Promise<void>((resolve) => {
          const stop = sdk.tcf(own, { vendor: 77 });
          page.__tcfapi = (_command, _version, callback) => {
            tell = callback as typeof tell;
            resolve();
          };
          seen = [stop];
        });
        await isAsked;
        const answers: string[] = [];
        const say = (data: object, ok = true) => {
          tell(data, ok);
          answers.push(own.consent());
        };
        const data = (purpose: boolean, vendor: boolean) => ({
          purpose: { consents: { 1: purpose } },
          vendor: { consents: { 77: vendor } },
        });
        say({ eventStatus: 'cmpuishown', ...data(false, false) });
        say({ eventStatus: 'useractioncomplete', ...data(true, true) }, false);
        say({ eventStatus: 'useractioncomplete', ...data(true, true) });
        say({ eventStatus: 'useractioncomplete', ...data(true, false) });
        say({ eventStatus: 'tcloaded', ...data(true, true) });
        say({ eventStatus: 'tcloaded' });
        say({ gdprApplies: false });
        (seen[0] as () => void)();
        say({ eventStatus: 'tcloaded', ...data(false, false) });
        return answers;
      });
      expect(states).toEqual(['pending', 'pending', 'granted', 'denied', 'granted', 'denied', 'granted', 'granted']);
    });

    it('follows a GPP platform: an opt-out of any state denies, the TCF section is left to TCF', async () => {
      const { tab } = stage();
      await land();
      const states = await tab.evaluate(() => {
        const page = globalThis as unknown as { __gpp?: (...args: unknown[]) => void };
        const own = sdk.init({ consent: 'pending' });
        let tell = (_event: object, _ok: boolean) => {};
        page.__gpp = (_command, callback) => {
          tell = callback as typeof tell;
        };
        sdk.gpp(own);
        const ping = (more: object) => {
          tell({ eventName: 'signalStatus', pingData: { signalStatus: 'ready', ...more } }, true);
          return own.consent();
        };
        return [
          ping({ signalStatus: 'not ready', parsedSections: { usnat: [{ SaleOptOut: 2 }] } }),
          ping({ applicableSections: [2], parsedSections: {} }),
          ping({ applicableSections: [7], parsedSections: { usnat: [{ SaleOptOut: 2, SaleOptOutNotice: 1 }] } }),
          ping({ applicableSections: [8], parsedSections: { usca: [{ SharingOptOut: 1 }] } }),
          ping({ applicableSections: [7], parsedSections: { usnat: [{ SaleOptOut: 0 }, { Gpc: false }] } }),
          ping({ applicableSections: [7], parsedSections: { usnat: [{ SaleOptOut: 0 }, { Gpc: true }] } }),
          ping({ applicableSections: [7], parsedSections: { usva: { TargetedAdvertisingOptOut: 1 } } }),
          ping({ applicableSections: [-1] }),
        ];
      });
      expect(states).toEqual([
        ...['pending', 'pending', 'granted', 'denied'],
        ...['granted', 'denied', 'denied', 'granted'],
      ]);
    });

    it('follows Google Consent Mode: a denied default is no answer, an update is, regions never grant', async () => {
      const { tab } = stage();
      await land();
      const states = await tab.evaluate(() => {
        const page = globalThis as unknown as { dataLayer: unknown[] };
        page.dataLayer = [{ event: 'gtm.js' }];
        function gtag(..._: unknown[]) {
          // biome-ignore lint/complexity/noArguments: what gtag() pushes
          page.dataLayer.push(arguments);
        }
        gtag('consent', 'default', { ad_storage: 'denied', ad_user_data: 'denied' });
        const own = sdk.init({ consent: 'pending' });
        const stop = sdk.google(own);
        const say = (...args: unknown[]) => {
          gtag(...args);
          return own.consent();
        };
        const states = [
          own.consent(),
          say('consent', 'update', { ad_storage: 'granted', region: ['US-CA'], ad_user_data: 'granted' }),
          say('consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted' }),
          say('event', 'purchase', {}),
          say('consent', 'update', { ad_user_data: 'denied' }),
        ];
        stop();
        states.push(say('consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted' }));
        return [...states, page.dataLayer.length];
      });
      expect(states).toEqual(['pending', 'pending', 'granted', 'granted', 'denied', 'denied', 7]);
    });

    it('counts one objection more than any grant, and tells whether a Global Privacy Control signal was honoured', async () => {
      const { tab } = stage();
      await land();
      const states = await tab.evaluate(() => {
        const own = sdk.init();
        const honoured = [sdk.gpc(own), own.consent()];
        Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true });
        honoured.push(sdk.gpc(own), own.consent());
        const page = globalThis as unknown as { dataLayer: unknown[] };
        page.dataLayer = [['consent', 'update', { ad_storage: 'granted' }]];
        sdk.google(own);
        return [...honoured, own.consent(), own.get() ?? 'no click'];
      });
      expect(states).toEqual([false, 'granted', true, 'denied', 'denied', 'no click']);
    });

    it('has the server keep the click in a cookie of its own, restores it from there, and has it removed when denied', async () => {
      const { world, tab, visit } = stage();
      world.page('/_c/click', ({ method, headers, body, url }) => {
        const kept = new Headers();
        const answer = syncCookie({ method, headers, url: url.href }, { headers: kept }, body);
        return { status: answer.status, headers: { 'set-cookie': kept.getSetCookie() }, body: answer.body };
      });
      const site = await land();
      const asked = () => world.sent('/_c/click').map(({ method }) => method);
      const start = (consent: 'granted' | 'pending' = 'granted') =>
        tab.evaluate((word) => {
          globalThis.clicks = sdk.init({ consent: word });
          sdk.sync(clicks, { url: '/_c/click' });
        }, consent);
      await start('pending');
      await tab.evaluate(() => clicks.ready);
      expect(asked()).toEqual([]);
      await tab.evaluate(() => clicks.setConsent('granted'));
      await until(tab, () => sessionStorage.getItem('_clk_y'));
      expect(asked()).toEqual(['POST']);
      expect(await tab.cookies()).toContainEqual(expect.objectContaining({ name: '_clk_s', httpOnly: true }));

      // The next page of this visit has nothing new to tell.
      await visit(site, '/boots');
      await start();
      await tab.evaluate(() => clicks.ready);
      expect(asked()).toEqual(['POST']);

      // The browser has thrown away what scripts had stored.
      await tab.evaluate(() => {
        sdk.init().clear();
        sessionStorage.clear();
      });
      await visit(site, '/back-after-a-week');
      await start();
      await until(tab, () => clicks.get()?.id);
      expect(await tab.evaluate(() => clicks.all())).toEqual([
        { at, id, param: 'clickid', landing: `http://www.${site}/land`, referrer: '' },
      ]);

      await tab.evaluate(() => clicks.setConsent('denied'));
      await eventually(() => asked().at(-1) === 'DELETE');
      await until(tab, () => sessionStorage.length === 0);
      await eventually(async () => (await tab.cookies()).length === 0);
      expect(await stored()).toEqual(nothing);
    });
  });
}
