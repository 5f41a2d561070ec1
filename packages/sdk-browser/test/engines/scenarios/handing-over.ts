import { describe, expect, it } from '@jest/globals';
import { clickIdAt, DAY } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { until } from '../support/engine.js';
import { HEAD } from '../support/world.js';

const SHADOW = `<div id="host"></div><script>
  const root = document.getElementById('host').attachShadow({ mode: 'open' });
  root.innerHTML = '<a id="inner" href="http://pay.example/inner">pay</a>' +
    '<form id="order" action="/order" data-click><input name="mail" value="a"><button>ok</button></form>';
</script>`;

/** The click on its way to checkouts, here and on other sites. */
export function handingOver(stage: () => Stage): void {
  describe('handing the click over', () => {
    const id = clickIdAt(Date.now() - DAY, 'de');

    const prepare = async (html: string) => {
      const { world, tab, visit } = stage();
      const site = world.site();
      world.page('/land', `${HEAD}${html}`);
      await visit(site, `/land?clickid=${id}`);
      await tab.evaluate(() => {
        globalThis.clicks = sdk.init();
        const domains = ['pay.example', '*.partner.example'];
        globalThis.seen = [sdk.decorate(clicks, { domains, also: 'afsrc=1' })];
        sdk.forms(clicks);
      });
      return site;
    };
    /** Clicks, waits for the request and answers with its address. */
    const follow = async (selector: string, path: string) => {
      const { world, tab } = stage();
      await tab.click(selector);
      // Until the page is there: a navigation under way would tear the next test's page away.
      await until(tab, (where) => location.pathname === where && document.readyState === 'complete', path);
      return String(world.sent(path).at(-1)?.url);
    };

    it('decorates a link at the moment it is followed, and keeps the rest of its address as it was', async () => {
      await prepare('<a id="pay" href="http://pay.example/checkout?sum=1%2B1&x=a%20b#top">pay</a>');
      const { tab } = stage();
      expect(await tab.evaluate(() => document.querySelector('a')?.href)).not.toContain(id);
      expect(await follow('#pay', '/checkout')).toBe(
        `http://pay.example/checkout?sum=1%2B1&x=a%20b&clickid=${id}&afsrc=1`,
      );
    });

    it('decorates a link inside a shadow root', async () => {
      await prepare(SHADOW);
      expect(await follow('#inner', '/inner')).toContain(`clickid=${id}`);
    });

    it('leaves a link afterwards as it was, which an element rendered by a framework relies on', async () => {
      await prepare('<a id="pay" href="//pay.example/stay">pay</a>');
      const { tab } = stage();
      await tab.evaluate(() => {
        document.querySelector('a')?.addEventListener('click', (event) => {
          event.preventDefault();
          seen.push((event.currentTarget as HTMLAnchorElement).href);
        });
      });
      await tab.click('#pay');
      await until(tab, () => document.querySelector('a')?.getAttribute('href') === '//pay.example/stay' && seen[1]);
      expect(await tab.evaluate(() => seen[1])).toBe(`http://pay.example/stay?clickid=${id}&afsrc=1`);
    });

    it('leaves other links alone: of other hosts, with an id of their own, and where the page says so', async () => {
      await prepare('');
      const { tab } = stage();
      const addresses = await tab.evaluate(() => {
        const { url } = seen[0] as ReturnType<typeof sdk.decorate>;
        return [
          'http://pay.example/?clickid=theirs',
          'http://other.example/',
          'http://partner.example/',
          'mailto:a@pay.example',
          'http://[',
          'http://eu.partner.example/',
        ].map((address) => url(address));
      });
      expect(addresses).toEqual([
        'http://pay.example/?clickid=theirs',
        'http://other.example/',
        'http://partner.example/',
        'mailto:a@pay.example',
        'http://[',
        `http://eu.partner.example/?clickid=${id}&afsrc=1`,
      ]);
      await prepare('<p data-no-click><a id="pay" href="http://pay.example/plain">pay</a></p>');
      expect(await follow('#pay', '/plain')).toBe('http://pay.example/plain');
    });

    it('takes a star for whole labels before a name only, so that no stranger can register a host that matches', async () => {
      await prepare('');
      const { tab } = stage();
      const decorated = await tab.evaluate(() => {
        const urlFor = (...domains: string[]) => sdk.decorate(clicks, { domains }).url;
        return [
          urlFor('*x.example')('http://evilx.example/'),
          urlFor('*x.example')('http://a.x.example/'),
          urlFor('*.x.example')('http://evilx.example/'),
          urlFor('*.x.example')('http://x.example/'),
          urlFor('*', '*.')('http://any.example/'),
          urlFor('*', '*.')('http://any.example./'),
          urlFor()('http://any.example/'),
          urlFor('*.x.example')('http://a.b.x.example/'),
        ].map((address) => address.includes('clickid='));
      });
      expect(decorated).toEqual([false, false, false, false, false, false, false, true]);
    });

    it('decorates nothing without a click, and nothing after stop()', async () => {
      const address = 'http://pay.example/';
      await prepare('<a id="pay" href="http://pay.example/stopped">pay</a>');
      const { tab } = stage();
      await tab.evaluate(() => (seen[0] as ReturnType<typeof sdk.decorate>).stop());
      expect(await follow('#pay', '/stopped')).toBe('http://pay.example/stopped');
      await prepare('');
      const denied = await tab.evaluate((plain) => {
        clicks.setConsent('denied');
        return (seen[0] as ReturnType<typeof sdk.decorate>).url(plain);
      }, address);
      expect(denied).toBe(address);
    });

    it('adds the click to a form that another site receives, even one with fields named like form properties', async () => {
      await prepare(
        `<form action="http://pay.example/form"><input name="action" value="a"><input name="getAttribute"><button id="go">pay</button></form>`,
      );
      expect(await follow('#go', '/form')).toBe(`http://pay.example/form?action=a&getAttribute=&clickid=${id}`);
    });

    it('fills a form inside a shadow root once the visitor touches it', async () => {
      await prepare(SHADOW);
      expect(await follow('#order button', '/order')).toContain(`/order?mail=a&clickid=${id}`);
    });

    it('fills a form in an iframe of the same site, where the script runs as well', async () => {
      const { world, tab } = stage();
      world.page(
        '/frame',
        `${HEAD}<script>sdk.forms(sdk.init())</script><form action="/framed" data-click><button>ok</button></form>`,
      );
      await prepare('<iframe src="/frame"></iframe>');
      await until(tab, () => !!frames[0]?.document.forms[0]);
      await tab.evaluate(() => frames[0]?.document.forms[0]?.requestSubmit());
      await until(
        tab,
        () => frames[0]?.location.pathname === '/framed' && frames[0].document.readyState === 'complete',
      );
      expect(String(world.sent('/framed')[0]?.url)).toContain(`/framed?clickid=${id}`);
    });
  });
}
