import puppeteer, { type Browser, type ElementHandle, type LaunchOptions } from 'puppeteer-core';
import { type Engine, findDeep, type Tab } from './engine.js';

function tabOf(browser: Browser, page: Awaited<ReturnType<Browser['newPage']>>): Tab {
  return {
    open: async (url) => void (await page.goto(url)),
    evaluate: (run, ...args) => page.evaluate(run as never, ...(args as unknown[] as never[])),
    async click(selector) {
      const found = await page.evaluateHandle(findDeep, selector);
      await (found as ElementHandle<Element>).click();
    },
    async cookies() {
      const site = new URL(page.url()).hostname.split('.').slice(-2).join('.');
      const all = await browser.cookies();
      return all
        .filter(({ domain }) => domain.endsWith(site))
        .map(({ name, value, domain, httpOnly, expires }) => ({
          name,
          value,
          domain,
          httpOnly: httpOnly === true,
          expires: expires > 0 ? expires : undefined,
        }));
    },
    // page.goBack() waits for a load that a page from the back/forward cache does not have.
    back: () => page.evaluate(() => void setTimeout(() => history.back())),
    close: () => page.close(),
  };
}

async function launch(name: string, options: LaunchOptions): Promise<Engine> {
  const browser = await puppeteer.launch({ headless: true, ...options });
  return {
    name,
    tab: async () => tabOf(browser, await browser.newPage()),
    close: () => browser.close(),
  };
}

/** Chromium with a profile of its own that asks the proxy for every host. */
export function startChromium(executablePath: string, proxy: string): Promise<Engine> {
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
  return launch('Chromium', {
    executablePath,
    args: [...args, '--disable-component-update', `--proxy-server=${proxy}`, '--proxy-bypass-list=<-loopback>'],
  });
}

/** Firefox over WebDriver BiDi, likewise. */
export function startFirefox(
  executablePath: string,
  proxy: string,
  prefs: Record<string, unknown> = {},
): Promise<Engine> {
  const { hostname, port } = new URL(proxy);
  return launch('Firefox', {
    browser: 'firefox',
    executablePath,
    extraPrefsFirefox: {
      'network.proxy.type': 1,
      'network.proxy.http': hostname,
      'network.proxy.http_port': Number(port),
      'network.proxy.allow_hijacking_localhost': true,
      'network.proxy.no_proxies_on': '',
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'browser.safebrowsing.downloads.remote.enabled': false,
      'dom.security.https_first': false,
      ...prefs,
    },
  });
}
