import { describe, expect, it } from '@jest/globals';
import { clickIdAt, DAY } from '../../support/click-ids.js';
import type { Stage } from '../support/describe-engine.js';
import { until } from '../support/engine.js';

const STRICT = [
  ...[
    "default-src 'none'",
    'img-src data:',
    "script-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
  ],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join('; ');

/** Pages that forbid a lot, and browsers that keep nothing. */
export function obstacles(stage: () => Stage): void {
  describe('obstacles', () => {
    const id = clickIdAt(Date.now() - DAY, 'ba');

    it('does everything under a strict content security policy with trusted types, without a violation', async () => {
      const { world, tab, visit } = stage();
      world.page('/watch.js', {
        headers: { 'content-type': 'text/javascript' },
        body: 'globalThis.seen = []; addEventListener("securitypolicyviolation", (event) => seen.push(event.violatedDirective))',
      });
      const attributes =
        'data-domains="pay.example" data-direct="/v1/clicks" data-consent-from="gpc gpp tcf" data-fill="token"';
      world.page('/strict', {
        headers: { 'content-security-policy': STRICT },
        body: `<!doctype html><link rel="icon" href="data:,"><script src="/watch.js"></script><script src="/tallyback.js" ${attributes}></script>
          <form data-click="token"><button>ok</button></form><a href="http://pay.example/away">pay</a>`,
      });
      await visit(world.site(), '/strict?campaign=spring');
      await until(tab, () => tallyback.get()?.id);
      const token = await tab.evaluate(() => {
        document.querySelector('a')?.addEventListener('click', (event) => event.preventDefault());
        document.querySelector('a')?.click();
        return [new FormData(document.forms[0]).get('token'), tallyback.token(), tallyback.url('http://pay.example/')];
      });
      expect(token[0]).toMatch(/^tb1\./);
      expect(token[1]).toBe(token[0]);
      expect(token[2]).toMatch(/\?clickid=[0-7]/);
      expect(await tab.evaluate(() => seen)).toEqual([]);
    });

    it('keeps the click for the page where the browser forbids cookies and storage', async () => {
      const { world, tab, visit } = stage();
      world.page(
        '/inside',
        `<!doctype html><script src="/sdk.js"></script><script>
          let refused = ''; try { localStorage.length } catch (error) { refused = error.name }
          const clicks = sdk.init(); const kept = clicks.get()?.id;
          clicks.setConsent('denied'); clicks.clear();
          parent.postMessage([refused, kept, clicks.get() ?? 'none'], '*');
        </script>`,
      );
      world.page(
        '/outside',
        ({ url }) =>
          `<!doctype html><script src="/listen.js"></script><iframe sandbox="allow-scripts" src="/inside${url.search}"></iframe>`,
      );
      world.page('/listen.js', {
        headers: { 'content-type': 'text/javascript' },
        body: 'addEventListener("message", ({ data }) => { globalThis.seen = data })',
      });
      await visit(world.site(), `/outside?clickid=${id}`);
      expect(await until(tab, () => globalThis.seen)).toEqual(['SecurityError', id, 'none']);
    });

    it('relies on the cookie where localStorage is full', async () => {
      const { world, tab, visit } = stage();
      const site = world.site();
      await visit(site, '/');
      await tab.evaluate(() => {
        for (let size = 8_388_608; size >= 1; size /= 2) {
          try {
            for (let i = 0; ; i++) localStorage.setItem(`full-${size}-${i}`, 'x'.repeat(size));
          } catch {
            // That size does not fit any more, the next one is half of it.
          }
        }
      });
      await visit(site, `/land?clickid=${id}`);
      expect(await tab.evaluate(() => [sdk.init().get()?.id, localStorage.getItem('_clk')])).toEqual([id, null]);
      await visit(site, '/checkout');
      expect(await tab.evaluate(() => sdk.init().get()?.id)).toBe(id);
      await tab.evaluate(() => localStorage.clear());
    });
  });
}
