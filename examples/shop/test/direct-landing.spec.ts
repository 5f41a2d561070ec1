import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'puppeteer-core';
import { describeInChromium } from '../../../packages/sdk-browser/test/support/chromium.js';
import { Town } from './support/town.js';

describeInChromium('a visitor who comes by a plain link', (browser) => {
  let town: Town;
  let page: Page;
  let complaints: string[];
  let told: string[];

  beforeAll(async () => {
    town = await Town.found();
    await Promise.all([town.openTracker(), town.openShop()]);
  }, 60_000);

  afterAll(async () => {
    await town?.leave();
  });

  beforeEach(async () => {
    complaints = [];
    told = [];
    // One that nobody has asked for consent yet.
    page = await (await browser().createBrowserContext()).newPage();
    await page.setUserAgent({ userAgent: (await browser().userAgent()).replace('Headless', '') });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => new URL(request.url()).origin === town.trackerUrl && told.push(request.url()));
  });

  it('is a click once they agree, one click also after a reload, and gets the partner paid', async () => {
    await page.goto(`${town.shopUrl}/land?campaign=spring&external_id=p-7&sub1=mail`);
    expect(told).toEqual([]);
    await page.click('[data-answer=granted]');
    const clickId = await keptId();
    await Promise.all([page.waitForResponse(`${town.trackerUrl}/v1/clicks`), page.reload()]);
    expect(told).toHaveLength(2);
    expect(await keptId()).toBe(clickId);

    await follow('a.button');
    await page.select('#size', '42');
    await follow('form.buy button');
    await page.type('#name', 'Kari');
    await page.type('#email', 'kari@example.com');
    await follow('form[data-click] button');
    const orderId = await page.$eval('[data-order]', (element) => element.textContent ?? '');
    expect(await town.inbound(orderId)).toEqual([expect.objectContaining({ outcome: 'recorded', clickId })]);
    expect(await town.report()).toEqual([
      expect.objectContaining({ campaign: 'spring', clicks: 1, conversions: 1, revenue: '189.00', payout: '18.90' }),
    ]);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('is nobody the tracker hears of when they say no', async () => {
    await page.goto(`${town.shopUrl}/products/rondane-boot?campaign=spring&external_id=p-8`);
    await page.click('[data-answer=denied]');
    await page.reload();
    expect(told).toEqual([]);
    // The answer itself is remembered, and nothing else.
    const kept = await page.evaluate(
      '[document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)].join()',
    );
    expect(kept).not.toMatch(/_clk|p-8/);
    expect(complaints).toEqual([]);
  }, 60_000);

  /** The click id in the SDK's cookie, as soon as the tracker has given one. */
  async function keptId(): Promise<unknown> {
    const found = await page.waitForFunction('/[&;]id=([0-9a-z]{26})/.exec(decodeURIComponent(document.cookie))?.[1]');
    return found.jsonValue();
  }

  async function follow(selector: string): Promise<void> {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  }
});
