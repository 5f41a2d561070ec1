import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { clickIdAt, DAY, SECOND } from '../support/click-ids.js';
import { open, type Shop, start, startShop } from '../support/shop.js';

const PAGE = `<!doctype html><script src="/sdk.js"></script>
<form id="plain" action="/plain"><input name="mail" value="a"><button>ok</button></form>
<form id="order" action="/order" method="post" data-click><input name="mail" value="a"><button>ok</button></form>
<form id="named" action="/named" data-click="ref"><input type="hidden" name="ref" value="stale"><button>ok</button></form>`;

/** The id in the forms that asked for it. */
export function formFields(browser: () => Browser): void {
  describe('forms', () => {
    let shop: Shop;
    let page: Page;
    const id = clickIdAt(Date.now() - DAY, 'f0');
    beforeAll(async () => {
      shop = await startShop(browser, () => PAGE);
      page = (await open(await shop.visitor(), shop.url('www.shop.example', '/'))).page;
    });
    afterAll(() => shop.close());
    beforeEach(async () => {
      shop.visits.length = 0;
      await page.goto(shop.url('www.shop.example', `/land?clickid=${id}`));
      await start(page);
      await page.evaluate(() => {
        sdk.forms(clicks);
      });
    });

    const fields = (form: string) =>
      page.evaluate((name) => [...new FormData(document.getElementById(name) as HTMLFormElement)].map(String), form);
    const send = async (form: string) => {
      await Promise.all([page.waitForNavigation(), page.click(`#${form} button`)]);
      const visit = shop.visits.find(({ url }) => url.pathname === `/${form}`);
      return `${visit?.url.search.slice(1)}${visit?.body}`;
    };

    it('adds the id to what FormData reads, without touching the form', async () => {
      expect(await fields('order')).toEqual(['mail,a', `clickid,${id}`]);
      expect(await page.evaluate(() => document.forms[1]?.elements.length)).toBe(2);
    });

    it('adds the id to a native submit, once', async () => {
      expect(await send('order')).toBe(`mail=a&clickid=${id}`);
    });

    it('adds the id when a script submits the form', async () => {
      await Promise.all([page.waitForNavigation(), page.evaluate(() => document.forms[1]?.submit())]);
      expect(shop.visits.find(({ url }) => url.pathname === '/order')?.body).toBe(`mail=a&clickid=${id}`);
    });

    it('replaces a stale value, under the name the form asked for', async () => {
      expect(await send('named')).toBe(`ref=${id}`);
    });

    it('leaves forms alone that did not opt in', async () => {
      expect(await send('plain')).toBe('mail=a');
    });

    it('leaves forms as they are when there is no click', async () => {
      await page.evaluate(() => clicks.clear());
      expect(await send('named')).toBe('ref=stale');
    });

    it('shows submit handlers that read the fields themselves an input with the id', async () => {
      const seen = await page.evaluate(() => {
        const form = document.getElementById('order') as HTMLFormElement;
        let value = '';
        form.addEventListener('submit', (event) => {
          event.preventDefault();
          value = (form.elements.namedItem('clickid') as HTMLInputElement).value;
        });
        form.requestSubmit();
        form.requestSubmit();
        return [value, form.querySelectorAll('[name=clickid]').length];
      });
      expect(seen).toEqual([id, 1]);
    });

    it('empties what it has filled in when the click is forgotten', async () => {
      const sent = await page.evaluate(() => {
        const form = document.getElementById('order') as HTMLFormElement;
        const seen: string[] = [];
        form.addEventListener('submit', (event) => {
          event.preventDefault();
          seen.push((form.elements.namedItem('clickid') as HTMLInputElement).value);
        });
        form.requestSubmit();
        clicks.setConsent('denied');
        const data = [...new FormData(form)].map(String);
        form.requestSubmit();
        return [...seen, ...data];
      });
      expect(sent).toEqual([id, '', 'mail,a', 'clickid,']);
    });

    it('works for forms that come later, and for fields with the names of form methods', async () => {
      await page.evaluate(() => {
        const form = '<form id="late" action="/late" data-click><input name="append"><input name="querySelectorAll">';
        document.body.insertAdjacentHTML('beforeend', `${form}<button>ok</button></form>`);
      });
      expect(await send('late')).toBe(`append=&querySelectorAll=&clickid=${id}`);
    });

    it.each(['matches', 'getAttribute', 'querySelector', 'append'])(
      'fills a form that has a field named %s, for FormData and for submit handlers that read the fields',
      async (name) => {
        const filled = await page.evaluate((field) => {
          const form = `<form id="late" data-click="ref"><input name="${field}"></form>`;
          document.body.insertAdjacentHTML('beforeend', form);
          const late = document.getElementById('late') as HTMLFormElement;
          const data = [...new FormData(late)].map(String);
          let value = '';
          late.addEventListener('submit', (event) => {
            event.preventDefault();
            value = (late.elements.namedItem('ref') as HTMLInputElement | null)?.value ?? 'none';
          });
          late.requestSubmit();
          return [...data, value];
        }, name);
        expect(filled).toEqual([`${name},`, `ref,${id}`, id]);
      },
    );

    it('sends the newest click, even one made in another tab', async () => {
      const newer = clickIdAt(Date.now() - DAY + SECOND, 'f1');
      const { page: other } = await open(page.browserContext(), shop.url('www.shop.example', `/?clickid=${newer}`));
      await start(other);
      expect(await fields('order')).toEqual(['mail,a', `clickid,${newer}`]);
      await other.evaluate(() => clicks.clear());
      await other.close();
    });

    it('takes a field name and a selector of the page, and ends when told', async () => {
      await page.evaluate(() => {
        globalThis.seen = [sdk.forms(clicks, { field: 'cid', selector: '#plain' })];
      });
      expect(await fields('plain')).toEqual(['mail,a', `cid,${id}`]);
      await page.evaluate(() => (globalThis.seen[0] as () => void)());
      expect(await fields('plain')).toEqual(['mail,a']);
    });
  });
}
