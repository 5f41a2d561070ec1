import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import type * as google from '../../src/consent/google.js';
import type * as gpc from '../../src/consent/gpc.js';
import type * as gpp from '../../src/consent/gpp.js';
import type * as tcf from '../../src/consent/tcf.js';
import type * as debug from '../../src/debug.js';
import type * as decorate from '../../src/decorate.js';
import type * as direct from '../../src/direct.js';
import type * as forms from '../../src/forms.js';
import type * as handoff from '../../src/handoff.js';
import type { Global } from '../../src/iife.js';
import type * as index from '../../src/index.js';
import type * as late from '../../src/late.js';
import type * as losses from '../../src/losses.js';
import type * as platforms from '../../src/platforms.js';
import type * as registry from '../../src/registry.js';
import type * as sync from '../../src/sync.js';
import type { Clicks, Options } from '../../src/types.js';
import { moduleBuild, scriptBuild } from './build.js';
import { type Answer, type Site, startSite, type Visit } from './site.js';

/** What the pages under test have as globals. */
declare global {
  var sdk: typeof index &
    typeof debug &
    typeof decorate &
    typeof direct &
    typeof forms &
    typeof handoff &
    typeof late &
    typeof losses &
    typeof platforms &
    typeof registry &
    typeof sync &
    typeof gpc &
    typeof gpp &
    typeof google &
    typeof tcf;
  var clicks: Clicks;
  var tallyback: Omit<Global, 'push'> & { push(...calls: unknown[]): void };
  var showClick: (clicks: Clicks, element: Element | null) => void;
  var seen: unknown[];
}

/** A site that serves both builds, and one Chromium context (a visitor with empty pockets) per call of `visitor()`. */
export interface Shop extends Site {
  visitor(): Promise<BrowserContext>;
}

/** Starts a shop. Without `answer` every page is empty but for the modules as global `sdk`. */
export async function startShop(browser: () => Browser, answer?: (visit: Visit) => Answer): Promise<Shop> {
  const scripts = { '/sdk.js': await moduleBuild(), '/tallyback.js': await scriptBuild() };
  const site = await startSite(scripts, answer ?? (() => '<!doctype html><script src="/sdk.js"></script>'));
  const contexts: BrowserContext[] = [];
  return {
    ...site,
    async visitor() {
      const context = await browser().createBrowserContext();
      contexts.push(context);
      return context;
    },
    async close() {
      for (const context of contexts) await context.close();
      await site.close();
    },
  };
}

/** Opens an address in a new tab and keeps every error that the page reports. */
export async function open(context: BrowserContext, address: string): Promise<{ page: Page; errors: string[] }> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') errors.push(message.text());
  });
  await page.goto(address);
  return { page, errors };
}

/** Opens an address and calls `init(options)` there; the clicks stay on the page as global `clicks`. */
export async function land(context: BrowserContext, address: string, options: Options = {}): Promise<Page> {
  const { page } = await open(context, address);
  await start(page, options);
  return page;
}

/** Calls `init(options)` on a page that is open. */
export async function start(page: Page, options: Options = {}): Promise<void> {
  await page.evaluate(async (settings) => {
    globalThis.clicks = sdk.init(settings);
    await clicks.ready;
  }, options);
}

/** What the visitor's browser has stored for the page's origin under our name. */
export function stored(page: Page): Promise<{ cookie: string; storage: string | null }> {
  return page.evaluate(() => ({ cookie: document.cookie, storage: localStorage.getItem('_clk') }));
}

/** Sets a cookie the way another script of the page would. */
export function setCookie(page: Page, text: string): Promise<void> {
  return page.evaluate((cookie) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the tests stand for scripts that do just this
    document.cookie = cookie;
  }, text);
}
